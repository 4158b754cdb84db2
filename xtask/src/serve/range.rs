//! The `Range` header (RFC 9110, 14.2), one range only: more are answered with the whole file, as the RFC allows.

/// What part of a file a request asks for. Byte positions, `end` exclusive.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    Whole,
    Part {
        start: u64,
        end: u64,
    },
    /// No byte of the file is in the range: 416.
    Outside,
}

/// Reads the header's value for a file of `size` bytes. What is no valid byte range is ignored.
pub fn parse(value: Option<&str>, size: u64) -> Asked {
    valid(value, size).unwrap_or(Asked::Whole)
}

fn valid(value: Option<&str>, size: u64) -> Option<Asked> {
    let (first, last) = value?.trim().strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        // The last N bytes.
        let start = size.saturating_sub(number(last)?);
        return Some(part(start, size));
    }
    let start = number(first)?;
    let end = if last.is_empty() { size } else { number(last)?.saturating_add(1) };
    if !last.is_empty() && end <= start {
        return None;
    }
    Some(part(start, end.min(size)))
}

/// Digits only: `+5` would be a number to Rust.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn part(start: u64, end: u64) -> Asked {
    match start < end {
        true => Asked::Part { start, end },
        false => Asked::Outside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, want: Asked) {
        assert_eq!(parse(Some(value), 1000), want, "{value}");
    }

    #[test]
    fn first_last_and_open_ranges() {
        check("bytes=0-499", Asked::Part { start: 0, end: 500 });
        check("bytes=500-999", Asked::Part { start: 500, end: 1000 });
        check("bytes=999-", Asked::Part { start: 999, end: 1000 });
        check("bytes=-1", Asked::Part { start: 999, end: 1000 });
        check("bytes=0-0", Asked::Part { start: 0, end: 1 });
        check(" bytes=1 - 2 ", Asked::Part { start: 1, end: 3 });
    }

    #[test]
    fn a_range_is_cut_at_the_end_of_the_file() {
        check("bytes=900-5000", Asked::Part { start: 900, end: 1000 });
        check("bytes=0-18446744073709551615", Asked::Part { start: 0, end: 1000 });
        check("bytes=-5000", Asked::Part { start: 0, end: 1000 });
    }

    #[test]
    fn nothing_inside_the_file_is_outside() {
        check("bytes=1000-", Asked::Outside);
        check("bytes=1000-1001", Asked::Outside);
        check("bytes=-0", Asked::Outside);
        assert_eq!(parse(Some("bytes=0-"), 0), Asked::Outside);
    }

    #[test]
    fn what_is_no_byte_range_is_ignored() {
        for value in [
            "bytes=2-1",
            "bytes=-",
            "bytes=a-b",
            "bytes=+1-2",
            "items=0-1",
            "bytes",
            "bytes=0-1,5-6",
            "",
            "bytes=99999999999999999999-",
        ] {
            check(value, Asked::Whole);
        }
        assert_eq!(parse(None, 1000), Asked::Whole);
    }
}
