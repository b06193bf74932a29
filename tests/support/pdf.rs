//! PDF files written by hand, object by object.

use std::fmt::Write as _;

/// A file of these objects, numbered from 1; the first is the catalog. Streams are written as they are.
pub fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(objects) {
        offsets.push(out.len());
        out.extend(format!("{number} 0 obj\n").bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let start = out.len();
    let mut tail = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for offset in offsets {
        let _ = writeln!(tail, "{offset:010} 00000 n ");
    }
    let _ = write!(tail, "trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    out.extend(tail.bytes());
    out
}

/// A stream object.
pub fn stream(dict: &str, content: &[u8]) -> Vec<u8> {
    let mut out = format!("<<{dict}/Length {}>>stream\n", content.len()).into_bytes();
    out.extend(content);
    out.extend(b"\nendstream");
    out
}

/// Helvetica under the name F, and a Chinese font without embedding under G, codes in GBK.
pub const FONTS: &str = "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\
    /G<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/GBK-EUC-H/DescendantFonts[<</Type/Font\
    /Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>]>>>>";

/// A file of one page of 600 by 800 points with this content; `page` is added to its dictionary, `resources` to its
/// resources, `more` are objects from 5 on.
pub fn page(content: &str, page: &str, resources: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{FONTS}{resources}>>{page}>>").into_bytes(),
        stream("", content.as_bytes()),
    ];
    objects.extend(more.iter().cloned());
    file(&objects)
}
