//! As much of the Protocol Buffers wire format as a SentencePiece model needs.
//!
//! A message is a run of fields, each a varint key (number and wire type) and a value. Every length is checked
//! against what is left of the buffer before anything is taken; nothing is copied. O(bytes).

use crate::error::{Error, Place, Result};

/// The value of one field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Field<'a> {
    Varint(u64),
    Fixed32(u32),
    Fixed64,
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    pub fn bytes(self) -> Option<&'a [u8]> {
        if let Field::Bytes(b) = self { Some(b) } else { None }
    }

    pub fn flag(self) -> Option<bool> {
        self.number().map(|n| n != 0)
    }

    pub fn number(self) -> Option<u64> {
        if let Field::Varint(n) = self { Some(n) } else { None }
    }

    pub fn float(self) -> Option<f32> {
        if let Field::Fixed32(bits) = self { Some(f32::from_bits(bits)) } else { None }
    }
}

/// The fields of a message, in order. `start` is where it stands in the file, for messages.
pub(super) struct Message<'a> {
    bytes: &'a [u8],
    at: usize,
    start: usize,
}

impl<'a> Message<'a> {
    pub fn new(bytes: &'a [u8], start: usize) -> Self {
        Message { bytes, at: 0, start }
    }

    /// Where the next field stands in the file.
    pub fn place(&self) -> usize {
        self.start + self.at
    }

    fn fault(&self, why: &str) -> Error {
        Error::input("", why).at(Place::Byte(self.place() as u64))
    }

    fn take(&mut self, n: u64) -> Result<&'a [u8]> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = usize::try_from(n).ok().and_then(|n| rest.get(..n));
        let taken = taken.ok_or_else(|| self.fault("a field is longer than the message it is in"))?;
        self.at += taken.len();
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?.first().copied().unwrap_or_default();
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.fault("a number of more than ten bytes"))
    }

    /// The next field's number and value, or `None` at the end.
    pub fn next(&mut self) -> Result<Option<(u64, Field<'a>)>> {
        if self.at >= self.bytes.len() {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = match key & 7 {
            0 => Field::Varint(self.varint()?),
            1 => {
                self.take(8)?;
                Field::Fixed64
            }
            2 => {
                let len = self.varint()?;
                Field::Bytes(self.take(len)?)
            }
            5 => {
                let bytes = self.take(4)?;
                Field::Fixed32(bytes.iter().rev().fold(0, |n, &b| (n << 8) | u32::from(b)))
            }
            _ => return Err(self.fault("not a Protocol Buffers field")),
        };
        if key >> 3 == 0 {
            return Err(self.fault("a field with number 0"));
        }
        Ok(Some((key >> 3, field)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_order() {
        let mut m = Message::new(&[0x08, 0x96, 0x01, 0x12, 2, b'a', b'b', 0x1D, 0, 0, 0x80, 0x3F], 0);
        assert_eq!(m.next().unwrap(), Some((1, Field::Varint(150))));
        assert_eq!(m.next().unwrap(), Some((2, Field::Bytes(b"ab"))));
        assert_eq!(m.next().unwrap().map(|f| f.1.float()), Some(Some(1.0)));
        assert_eq!(m.next().unwrap(), None);
    }

    #[test]
    fn a_length_beyond_the_end_is_refused() {
        for bytes in [&[0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F][..], &[0x0A, 5, 1], &[0x80], &[0x0B], &[0xFF; 11]] {
            assert!(Message::new(bytes, 0).next().is_err(), "{bytes:?}");
        }
    }
}
