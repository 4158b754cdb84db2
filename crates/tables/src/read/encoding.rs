//! Bytes of a text file to text: by mark, by being valid UTF-8, by zeros (UTF-16), else by guess.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Text and what it was.
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    pub encoding: &'static str,
}

/// Never fails: what no encoding explains becomes U+FFFD.
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    let encoding = find(bytes);
    let (text, used, _) = encoding.decode(bytes);
    Decoded { text, encoding: used.name() }
}

fn find(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0) {
        return UTF_8;
    }
    let head = &bytes[..bytes.len().min(4096)];
    let zeros = |start: usize| head.iter().skip(start).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd > 0 && even == 0 {
        return UTF_16LE;
    }
    if even > 0 && odd == 0 {
        return UTF_16BE;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(1 << 20)], bytes.len() <= 1 << 20);
    detector.guess(None, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_that_spreadsheets_are_exported_in_are_told_apart() {
        for (label, text) in [
            ("utf-8", "城市,人口\n北京,2189"),
            ("gbk", "城市,人口（万）\n北京,2189.3\n上海,2487.1\n"),
            ("shift_jis", "都市,人口\n東京都,1396\n大阪府,882\nひらがなとカタカナ,3\n"),
            ("windows-1252", "Stadt,Größe\nKöln,405\nMünchen,310\nDüsseldorf,217\n"),
            ("big5", "城市,人口\n臺北市,270\n高雄市,277\n"),
        ] {
            let encoding = Encoding::for_label(label.as_bytes()).expect("a label");
            let (bytes, _, _) = encoding.encode(text);
            assert_eq!(decode(&bytes).text, text, "{label}");
        }
        let utf16: Vec<u8> = "a,b\n1,2\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&utf16).text, "a,b\n1,2\n");
    }
}
