//! Parquet by rows. Times are kept in UTC, decimals to the last digit, nested fields as JSON text.

use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use rust_decimal::Decimal;

use super::{MOST_CELLS, damaged};
use crate::error::{Result, TableError};
use crate::sheet::Sheet;
use crate::value::{DAY, Value};

/// Reads all columns.
pub fn read(name: &str, bytes: &[u8]) -> Result<Sheet> {
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(bytes)).map_err(|e| damaged(name, e))?;
    let meta = reader.metadata().file_metadata();
    let header: Vec<String> = meta.schema().get_fields().iter().map(|f| f.name().to_owned()).collect();
    let cells = (meta.num_rows().max(0) as u64).saturating_mul(header.len() as u64);
    if cells > MOST_CELLS {
        return Err(TableError::TooLarge { name: name.into(), what: "cells", found: cells, limit: MOST_CELLS });
    }
    let mut sheet = Sheet::new("");
    sheet.header = Some(header);
    for (row, record) in reader.get_row_iter(None).map_err(|e| damaged(name, e))?.enumerate() {
        let record = record.map_err(|e| damaged(name, e))?;
        for (column, (_, field)) in record.get_column_iter().enumerate() {
            sheet.push(row as u32, column as u32, &value(field));
        }
    }
    Ok(sheet)
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(b) => Value::Bool(*b),
        Field::Byte(n) => Value::Number((*n).into()),
        Field::Short(n) => Value::Number((*n).into()),
        Field::Int(n) => Value::Number((*n).into()),
        Field::Long(n) => Value::Number((*n).into()),
        Field::UByte(n) => Value::Number((*n).into()),
        Field::UShort(n) => Value::Number((*n).into()),
        Field::UInt(n) => Value::Number((*n).into()),
        Field::ULong(n) => Value::Number((*n).into()),
        Field::Float16(n) => Value::number(n.to_f64()),
        // The shortest decimal of the single, not of the double that it becomes.
        Field::Float(n) => n.to_string().parse().map_or_else(|_| Value::number(f64::from(*n)), Value::Number),
        Field::Double(n) => Value::number(*n),
        Field::Decimal(d) => decimal(d.data(), d.scale()),
        Field::Str(s) => Value::text(s),
        Field::Bytes(b) => Value::text(String::from_utf8_lossy(b.data())),
        Field::Date(days) => Value::Date(i64::from(*days) * DAY),
        Field::TimeMillis(t) => Value::Time(i64::from(*t)),
        Field::TimeMicros(t) => Value::Time(*t / 1000),
        Field::TimestampMillis(t) => Value::Date(*t),
        Field::TimestampMicros(t) => Value::Date(t.div_euclid(1000)),
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => Value::text(field.to_string()),
    }
}

/// A big-endian two's complement integer, shifted.
fn decimal(data: &[u8], scale: i32) -> Value {
    if data.len() > 16 || data.is_empty() {
        return Value::Null;
    }
    let sign = if data[0] & 0x80 == 0 { 0 } else { 0xFF };
    let mut bytes = [sign; 16];
    bytes[16 - data.len()..].copy_from_slice(data);
    let mantissa = i128::from_be_bytes(bytes);
    match u32::try_from(scale).ok().and_then(|s| Decimal::try_from_i128_with_scale(mantissa, s).ok()) {
        Some(number) => Value::Number(number),
        None => Value::number(mantissa as f64 / 10f64.powi(scale)),
    }
}
