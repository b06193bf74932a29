use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;

/// Which input file a record comes from, and the ids of its records.
///
/// Ids are made of the content alone: the first 12 hex digits of the file's SHA-256, then the place. The same bytes
/// give the same ids wherever the file lies; two copies of one file share them, and `source` tells them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// SHA-256 of the bytes, 64 lower-case hex digits. Of a file that could not be read: that of no bytes.
    pub sha256: Arc<str>,
    /// The path as given, relative to the input root, `/` separators; `-` for standard input.
    pub source: Arc<str>,
    /// Size in bytes.
    pub bytes: u64,
}

impl Identity {
    /// The identity of these bytes under this name.
    pub fn of(source: &str, bytes: &[u8]) -> Self {
        let mut sha256 = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            // Writing into a String cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        Identity { sha256: sha256.into(), source: source.into(), bytes: bytes.len() as u64 }
    }

    /// `9f2c01d3a4b5`: the document record's id, and what every other id begins with.
    pub fn document_id(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }

    /// `9f2c01d3a4b5-f2`: the second form.
    pub fn form_id(&self, form: u32) -> String {
        format!("{}-f{form}", self.document_id())
    }

    /// `9f2c01d3a4b5-f1-m03`: the third fund row (m for money) of the first form.
    pub fn fund_id(&self, form: u32, row: u32) -> String {
        format!("{}-f{form}-m{row:02}", self.document_id())
    }

    /// `9f2c01d3a4b5-f2-i07`: the seventh indicator of the second form.
    pub fn indicator_id(&self, form: u32, row: u32) -> String {
        format!("{}-f{form}-i{row:02}", self.document_id())
    }

    /// `9f2c01d3a4b5-s012`: the twelfth statement of the document.
    pub fn statement_id(&self, statement: u32) -> String {
        // Written by hand: a report says dozens of them.
        let mut id = String::with_capacity(20);
        id.push_str(self.document_id());
        id.push_str("-s");
        for least in [100, 10] {
            if statement < least {
                id.push('0');
            }
        }
        let mut digits = [0; 10];
        let mut first = digits.len();
        let mut left = statement;
        loop {
            first -= 1;
            digits[first] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        id.extend(digits[first..].iter().map(|digit| char::from(*digit)));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_hash_and_the_place() {
        // SHA-256 of "abc" is the example of FIPS 180-2, appendix B.1.
        let identity = Identity::of("a/b.txt", b"abc");
        assert_eq!(&*identity.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(identity.document_id(), "ba7816bf8f01");
        assert_eq!(identity.form_id(2), "ba7816bf8f01-f2");
        assert_eq!(identity.fund_id(1, 3), "ba7816bf8f01-f1-m03");
        assert_eq!(identity.indicator_id(2, 107), "ba7816bf8f01-f2-i107");
        for (number, id) in [(7, "s007"), (12, "s012"), (345, "s345"), (6789, "s6789"), (u32::MAX, "s4294967295")] {
            assert_eq!(identity.statement_id(number), format!("ba7816bf8f01-{id}"));
        }
        assert_eq!((&*identity.source, identity.bytes), ("a/b.txt", 3));
    }
}
