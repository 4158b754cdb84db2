//! A workbook as it was read, in bytes that are kept beside the file's hash: a head in JSON, then each sheet's packed
//! cells as they lie in memory. Opening it again reads no format anew.

use serde::{Deserialize, Serialize};

use super::{Dialect, Workbook, damaged};
use crate::error::Result;
use crate::sheet::{Merge, Packed, Sheet};

/// The first bytes; the number counts changes of what follows.
const MARK: &[u8; 8] = b"LQTABLE1";

#[derive(Serialize, Deserialize)]
struct Head {
    name: String,
    format: String,
    dialect: Option<(char, char, String)>,
    sheets: Vec<SheetHead>,
}

#[derive(Serialize, Deserialize)]
struct SheetHead {
    name: String,
    hidden: bool,
    header: Option<Vec<String>>,
    merges: Vec<[u32; 4]>,
    rows: usize,
    cells: usize,
    /// Bytes of each text.
    texts: Vec<u32>,
}

/// Whether these bytes are a packed workbook; one of another version reads as such, and is then refused.
pub fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&MARK[..7])
}

/// All of a workbook.
pub fn write(book: &Workbook) -> Vec<u8> {
    let parts: Vec<Packed> = book.sheets.iter().map(Sheet::packed).collect();
    let head = Head {
        name: book.name.clone(),
        format: book.format.into(),
        dialect: book.dialect.as_ref().map(|d| (d.delimiter, d.quote, d.encoding.into())),
        sheets: book.sheets.iter().zip(&parts).map(|(sheet, part)| head_of(sheet, part)).collect(),
    };
    let head = serde_json::to_vec(&head).unwrap_or_default();
    let mut bytes = MARK.to_vec();
    bytes.extend((head.len() as u64).to_le_bytes());
    bytes.extend(head);
    for part in &parts {
        part.write(&mut bytes);
    }
    bytes
}

fn head_of(sheet: &Sheet, part: &Packed<'_>) -> SheetHead {
    SheetHead {
        name: sheet.name.clone(),
        hidden: sheet.hidden,
        header: sheet.header.clone(),
        merges: sheet.merges.iter().map(|m| [m.top, m.left, m.bottom, m.right]).collect(),
        rows: part.rows.len(),
        cells: part.tags.len(),
        texts: part.texts.iter().map(|t| t.len() as u32).collect(),
    }
}

/// What [`write`] made.
pub fn read(name: &str, bytes: &[u8]) -> Result<Workbook> {
    let wrong = || damaged(name, "it was kept by another version of this program, or not as a whole");
    let mut rest = bytes.strip_prefix(MARK).ok_or_else(wrong)?;
    let (length, after) = rest.split_first_chunk::<8>().ok_or_else(wrong)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| wrong())?;
    rest = after;
    let head: Head = rest.get(..length).and_then(|head| serde_json::from_slice(head).ok()).ok_or_else(wrong)?;
    rest = &rest[length..];
    let mut sheets = Vec::with_capacity(head.sheets.len());
    for one in head.sheets {
        let mut sheet = Sheet::new(one.name);
        sheet.hidden = one.hidden;
        sheet.header = one.header;
        let merge = |[top, left, bottom, right]: [u32; 4]| Merge { top, left, bottom, right };
        sheet.merges = one.merges.into_iter().map(merge).collect();
        rest = sheet.unpack(rest, one.rows, one.cells, &one.texts).ok_or_else(wrong)?;
        sheets.push(sheet);
    }
    let format = ["xlsx", "xlsb", "xls", "ods", "csv", "json", "parquet"].into_iter().find(|f| *f == head.format);
    let encoding = |label: &str| encoding_rs::Encoding::for_label(label.as_bytes()).map_or("UTF-8", |e| e.name());
    let dialect =
        head.dialect.map(|(delimiter, quote, label)| Dialect { delimiter, quote, encoding: encoding(&label) });
    Ok(Workbook { name: name.into(), format: format.ok_or_else(wrong)?, dialect, sheets })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_opens_as_it_was_and_what_is_cut_is_refused() {
        let text = "Name,Amount,Day\nRosé,\"1,200.50\",2024-02-29\n,,\nÆble,-3,\n";
        let book = Workbook::open("a.csv", text.as_bytes()).expect("a table");
        let bytes = book.pack();
        let again = Workbook::open("a.csv", &bytes).expect("what was kept");
        assert_eq!((again.format, &again.dialect), (book.format, &book.dialect));
        let cells = |b: &Workbook| {
            let rows = b.sheets[0].rows().map(|(r, cells)| (r, cells.collect::<Vec<_>>()));
            rows.collect::<Vec<_>>()
        };
        assert_eq!(cells(&again), cells(&book));
        for cut in [0, 7, 8, 20, bytes.len() / 2, bytes.len() - 1] {
            assert!(Workbook::open("a.csv", &bytes[..cut]).map_or(true, |b| b.format == "csv" && cut < 8), "{cut}");
        }
        let mut other = bytes.clone();
        other[7] = b'9';
        assert!(Workbook::open("a.csv", &other).is_err());
    }
}
