//! How long a text a template may make with one step.

use minijinja::{Error, ErrorKind};

/// Bytes that one filter or method may produce; what becomes of them is paid with fuel.
pub(super) const MAX_TEXT: usize = 1 << 24;

/// An error instead of a text beyond [`MAX_TEXT`].
pub(super) fn check_size(bytes: usize) -> Result<(), Error> {
    if bytes <= MAX_TEXT {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidOperation, format!("a text of {bytes} bytes is too long (limit {MAX_TEXT})")))
}
