//! PDF: the input is either a file, or the content stream of one page that is packed here, since mutations of a whole
//! file seldom get beyond its cross references. Lines and tables are rebuilt, too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zhibiao::ingest::{Limits, pdf};
use zhibiao::reconstruct;

fuzz_target!(|data: &[u8]| {
    let limits = Limits { max_unfolded_bytes: 4 << 20, max_cells: 200_000, ..Limits::default() };
    let bytes = if data.starts_with(b"%PDF") { data.to_vec() } else { packed(data) };
    if let Ok(document) = pdf::load(bytes, &limits) {
        // A page tree may name one page a thousand times.
        reconstruct::blocks(&document).take(10_000).for_each(drop);
    }
});

/// A file of one page with this content, which may draw itself as a form and write in three fonts.
fn packed(content: &[u8]) -> Vec<u8> {
    let objects: [&[u8]; 6] = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</X 4 0 R>>/Font<<\
          /A<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\
          /B<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/GBK-EUC-V/DescendantFonts[<</Type/Font\
          /Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>]>>\
          /C<</Type/Font/Subtype/Type3/FontMatrix[.01 0 0 .01 0 0]/FontBBox[0 0 100 100]/FirstChar 0/LastChar 1\
          /Widths[100 50]/Encoding<</Differences[0/a/uni4E00]>>/CharProcs<<>>>> >> >> >>",
        b"",
        b"<<>>",
        b"null",
    ];
    let mut file = b"%PDF-1.7\n".to_vec();
    for (number, object) in (1..).zip(objects) {
        file.extend(format!("{number} 0 obj\n").bytes());
        if number == 4 {
            let head = format!("<</Subtype/Form/BBox[0 0 600 800]/Length {}>>stream\n", content.len());
            file.extend(head.bytes());
            file.extend(content);
            file.extend(b"\nendstream");
        } else {
            file.extend(object);
        }
        file.extend(b"\nendobj\n");
    }
    // Without a cross reference table the reader searches for the objects, which spares the offsets here.
    file.extend(b"trailer<</Root 1 0 R/Size 7>>\n");
    file
}
