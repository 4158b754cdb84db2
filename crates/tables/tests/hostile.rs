//! Files that are made to break a reader end in a clear error, and soon.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use loquat_tables::write::to_xlsx;
use loquat_tables::{Column, Table, TableError, Value, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What issue and users may expect at most.
const SOON: Duration = Duration::from_secs(5);

fn workbook(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("a part");
    }
    zip.finish().expect("a zip").into_inner()
}

const RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const TOP: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;

fn with_sheet(sheet: &[u8]) -> Vec<u8> {
    workbook(&[
        ("_rels/.rels", TOP.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELS.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let bytes = with_sheet(&vec![b' '; 120 << 20]);
    let start = Instant::now();
    let error = Workbook::open("bomb.xlsx", &bytes).expect_err("a bomb");
    assert!(matches!(error, TableError::TooLarge { what: "bytes", .. }), "{error}");
    assert!(start.elapsed() < SOON);
}

#[test]
fn entities_are_refused() {
    let laughs = br#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet/>"#;
    let error = Workbook::open("laughs.xlsx", &with_sheet(laughs)).expect_err("entities");
    assert!(matches!(error, TableError::Hostile { .. }), "{error}");
}

#[test]
fn a_sheet_that_declares_all_cells_has_only_those_it_has() {
    let sheet = br#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" t="str"><f>1+1</f><v>=cmd()</v></c></row></sheetData></worksheet>"#;
    let start = Instant::now();
    let book = Workbook::open("wide.xlsx", &with_sheet(sheet)).expect("a workbook");
    assert_eq!(book.sheets[0].cells(), 2);
    // Text that looks like a formula is text.
    assert_eq!(book.sheets[0].get(1_048_575, 16_383), Value::text("=cmd()"));
    assert_eq!(Table::from_sheet(&book.sheets[0]).rows(), 2);
    assert!(start.elapsed() < SOON);
}

#[test]
fn damaged_files_are_errors_and_no_panics() {
    let cells = (0..200).map(|n| Value::text(format!("cell {n}"))).collect();
    let good = to_xlsx(&Table::new(vec![Column::new("a", cells)]), None).expect("a workbook");
    for cut in (0..good.len()).step_by(97) {
        let _ = Workbook::open("cut.xlsx", &good[..cut]);
        let mut bytes = good.clone();
        bytes[cut] ^= 0x5A;
        let _ = Workbook::open("flipped.xlsx", &bytes);
    }
    for (name, head) in
        [("a.xls", &b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..]), ("a.parquet", b"PAR1"), ("a.zip", b"PK\x03\x04")]
    {
        let mut bytes = head.to_vec();
        bytes.extend((0..3000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8));
        let error = Workbook::open(name, &bytes).expect_err(name);
        assert!(!error.to_string().is_empty());
    }
    for bytes in [&b""[..], b"\n\n\n", b"\"", b"\xFF\xFE", b"a,\"b\nc", b"{", b"[[[[", b"\0\0\0\0"] {
        let _ = Workbook::open("x.csv", bytes);
        let _ = Workbook::open("x.json", bytes);
    }
    let deep = "[".repeat(100_000);
    assert!(Workbook::open("deep.json", deep.as_bytes()).is_err());
}
