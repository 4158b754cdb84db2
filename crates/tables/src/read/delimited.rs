//! CSV and its kin: the delimiter and the quote are found, every line end is taken, blank lines keep their number.

use csv::{Reader, ReaderBuilder, StringRecord};

use super::encoding::Decoded;
use super::{Watch, damaged};
use crate::error::{Result, TableError};
use crate::sheet::Sheet;

/// How a text file was read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Dialect {
    /// What stands between fields.
    pub delimiter: char,
    /// What stands around fields that hold a delimiter.
    pub quote: char,
    /// The encoding's name.
    pub encoding: &'static str,
}

/// Characters that the dialect is found in.
const SAMPLE: usize = 64 << 10;
/// Columns of a line at most.
const WIDEST: usize = 100_000;

/// Reads a whole file.
pub fn read(watch: &mut Watch<'_>, text: &Decoded<'_>, ending: &str) -> Result<(Sheet, Dialect)> {
    let name = watch.name;
    let mut body: &str = text.text.strip_prefix('\u{feff}').unwrap_or(&text.text);
    let mut declared = None;
    // Excel's own hint: a first line "sep=;".
    if let Some(rest) = body.strip_prefix("sep=") {
        let mut chars = rest.chars();
        declared = chars.next().filter(char::is_ascii);
        let rest = chars.as_str();
        body = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).unwrap_or(rest);
    }
    let (delimiter, quote) = match declared {
        Some(delimiter) => (delimiter as u8, b'"'),
        None => find(body, ending),
    };
    let mut sheet = Sheet::new("");
    let mut reader = reader(body, delimiter, quote);
    let mut record = StringRecord::new();
    let mut row: u32 = 0;
    while reader.read_record(&mut record).map_err(|e| damaged(name, e))? {
        let start = record.position().map_or(0, |p| p.byte() as usize);
        row += blank_lines(body, start);
        if record.len() > WIDEST {
            let (found, limit) = (record.len() as u64, WIDEST as u64);
            return Err(TableError::TooLarge { name: name.into(), what: "columns", found, limit });
        }
        for (column, field) in record.iter().enumerate() {
            watch.cell(|| start as f64 / body.len() as f64)?;
            if field.is_empty() {
                continue;
            }
            sheet.push_str(row, column as u32, field);
        }
        row += 1;
    }
    let dialect = Dialect { delimiter: delimiter.into(), quote: quote.into(), encoding: text.encoding };
    Ok((sheet, dialect))
}

fn reader(body: &str, delimiter: u8, quote: u8) -> Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter).quote(quote);
    builder.from_reader(body.as_bytes())
}

/// Lines without a field before the record that is read from here on: the reader skips them.
fn blank_lines(body: &str, start: usize) -> u32 {
    let mut rest = body.as_bytes().get(start..).unwrap_or_default();
    let mut lines = 0;
    // The reader leaves the second half of "\r\n" to the next record.
    if start > 0 && rest.first() == Some(&b'\n') && body.as_bytes()[start - 1] == b'\r' {
        rest = &rest[1..];
    }
    loop {
        rest = match rest {
            [b'\r', b'\n', rest @ ..] | [b'\n' | b'\r', rest @ ..] => rest,
            _ => return lines,
        };
        lines += 1;
    }
}

/// The delimiter and quote under which most lines of a sample have the same number of fields, more than one.
fn find(body: &str, ending: &str) -> (u8, u8) {
    let end = (0..=SAMPLE.min(body.len())).rev().find(|i| body.is_char_boundary(*i)).unwrap_or(0);
    let sample = &body[..end];
    let favourite = if matches!(ending, "tsv" | "tab") { b'\t' } else { b',' };
    let mut best = (0.0, (favourite, b'"'));
    for delimiter in [favourite, b',', b';', b'\t', b'|'] {
        for quote in [b'"', b'\''] {
            let score = score(sample, delimiter, quote, end < body.len());
            if score > best.0 + 1e-9 {
                best = (score, (delimiter, quote));
            }
        }
    }
    best.1
}

fn score(sample: &str, delimiter: u8, quote: u8, cut: bool) -> f64 {
    let mut lengths = std::collections::BTreeMap::new();
    let mut records = 0usize;
    let mut quoted = 0usize;
    let mut reader = reader(sample, delimiter, quote);
    let mut record = StringRecord::new();
    let mut last = 0;
    while let Ok(true) = reader.read_record(&mut record) {
        *lengths.entry(record.len()).or_insert(0usize) += 1;
        records += 1;
        last = record.len();
        quoted += record.iter().filter(|f| f.as_bytes().first() == Some(&quote)).count();
    }
    if cut && records > 1 {
        records -= 1;
        lengths.entry(last).and_modify(|n| *n -= 1);
    }
    // The commonest number of fields above one; the wider of two.
    let best = lengths.iter().filter(|(fields, _)| **fields > 1).max_by_key(|(fields, n)| (**n, **fields));
    let Some((fields, n)) = best else { return 0.0 };
    let share = *n as f64 / records.max(1) as f64;
    // An apostrophe is a quote only where it explains much; it is common within words.
    let apostrophes = if quote == b'\'' && !explains(sample, delimiter) { 0.5 } else { 1.0 };
    share * share * (1.0 + 0.1 * (*fields as f64).ln()) * apostrophes / (1.0 + quoted as f64 / records.max(1) as f64)
}

/// Whether fields begin and end with apostrophes.
fn explains(sample: &str, delimiter: u8) -> bool {
    let delimiter = delimiter as char;
    let closed = sample.matches(&format!("'{delimiter}'")).count();
    closed > 0 && closed * 2 >= sample.matches('\'').count() / 4
}

#[cfg(test)]
mod tests {
    use super::super::encoding::decode;
    use super::*;

    fn cells(text: &str) -> Vec<(u32, u32, String)> {
        let (sheet, _) = read(&mut Watch::silent("t.csv"), &decode(text.as_bytes()), "csv").expect("a table");
        let rows =
            sheet.rows().flat_map(|(r, cells)| cells.map(move |(c, v)| (r, c, v.to_string())).collect::<Vec<_>>());
        rows.collect()
    }

    fn dialect(text: &str) -> (char, char) {
        let (_, d) = read(&mut Watch::silent("t.csv"), &decode(text.as_bytes()), "csv").expect("a table");
        (d.delimiter, d.quote)
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_columns() {
        assert_eq!(dialect("a;b;c\n1,5;2,5;3\n\"x;y\";2;3\n").0, ';');
        assert_eq!(dialect("a\tb\nx, y\tz\n1\t2\n").0, '\t');
        assert_eq!(dialect("a|b\n1|2\n").0, '|');
        assert_eq!(dialect("name,note\n\"it's\",x\n\"don't; stop\",y\n"), (',', '"'));
        assert_eq!(dialect("'a','b'\n'x, y','z'\n"), (',', '\''));
        assert_eq!(dialect("sep=;\na,b;c\n1,5;2\n").0, ';');
    }

    #[test]
    fn blank_lines_keep_their_numbers() {
        let cell = |r, c, t: &str| (r, c, t.to_owned());
        assert_eq!(cells("a,b\n\n\n1,2\n"), [cell(0, 0, "a"), cell(0, 1, "b"), cell(3, 0, "1"), cell(3, 1, "2")]);
        assert_eq!(cells("a\r\n\r\nb\r\n"), [cell(0, 0, "a"), cell(2, 0, "b")]);
        assert_eq!(cells("a\rb\r\rc"), [cell(0, 0, "a"), cell(1, 0, "b"), cell(3, 0, "c")]);
    }
}
