//! What is read from single pages: characters, places, visibility, and what is not believed.

mod support;

use support::pdf::{self, page};
use zhibiao::ingest::{self, Limits, LoadError};
use zhibiao::model::{Axis, Body, Direction, Page, Rect, Role, Visibility};

fn load(bytes: Vec<u8>) -> Result<Vec<Page>, LoadError> {
    let document = ingest::load(bytes, &Limits::default())?;
    let Body::Pages(pages) = document.body else { panic!("a PDF has pages") };
    Ok(pages.0.pages().collect())
}

fn only_page(bytes: Vec<u8>) -> Page {
    let mut pages = load(bytes).expect("the file opens");
    assert_eq!(pages.len(), 1);
    pages.remove(0)
}

/// Texts of the runs with their boxes, rounded.
fn runs(page: &Page) -> Vec<(String, [i32; 4])> {
    let round = |r: &Rect| [r.x0, r.y0, r.x1, r.y1].map(|v| v.round() as i32);
    page.runs.iter().map(|run| (page.run_text(run).to_owned(), round(&run.bbox))).collect()
}

fn texts(page: &Page) -> Vec<&str> {
    page.runs.iter().map(|run| page.run_text(run)).collect()
}

#[test]
fn a_run_has_its_text_box_and_size() {
    // Digits of Helvetica are 556 thousandths wide: three of 10 points are 17; the box hangs 8.5 above the baseline.
    let page = only_page(page("BT /F 10 Tf 100 700 Td (123) Tj ET", "", "", &[]));
    assert_eq!(runs(&page), [("123".to_owned(), [100, 92, 117, 102])]);
    let run = &page.runs[0];
    assert_eq!((run.size, run.baseline, run.direction), (10.0, 100.0, Direction::Right));
}

#[test]
fn gaps_end_runs_and_small_ones_are_spaces_between_letters_only() {
    let content =
        "BT /F 10 Tf 100 700 Td [(ab) -300 (cd) -2000 (ef)] TJ ET BT /G 10 Tf 100 600 Td [<BCA8> -300 <D0A7>] TJ ET";
    assert_eq!(texts(&only_page(page(content, "", "", &[]))), ["ab cd", "ef", "绩效"]);
}

#[test]
fn actual_text_speaks_for_its_glyphs_and_the_outermost_for_all() {
    let content = "BT /F 10 Tf 100 700 Td /Span <</ActualText <FEFF65B9>>> BDC (x) Tj EMC \
        /Span <</ActualText (abc)>> BDC /Span <</ActualText (no)>> BDC (12) Tj EMC EMC ET";
    assert_eq!(texts(&only_page(page(content, "", "", &[]))), ["方abc"]);
}

#[test]
fn text_that_is_drawn_twice_to_look_bold_counts_once() {
    let content = "BT /F 10 Tf 100 700 Td (98.77%) Tj ET BT /F 10 Tf 100.3 700 Td (98.77%) Tj ET \
        BT /F 10 Tf 200 700 Td (98.77%) Tj ET";
    assert_eq!(texts(&only_page(page(content, "", "", &[]))), ["98.77%", "98.77%"]);
}

#[test]
fn invisible_text_is_told_and_hidden_layers_and_text_outside_the_crop_box_are_left_out() {
    let content = "BT /F 10 Tf 3 Tr 100 700 Td (ocr) Tj ET BT 0 Tr /F 10 Tf 10 10 Td (outside) Tj ET \
        /OC /L BDC BT /F 10 Tf 100 600 Td (layer) Tj ET EMC BT /F 10 Tf 100 500 Td (seen) Tj ET";
    let objects = vec![
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R]/D<</OFF[5 0 R]>>>>>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]/CropBox[50 50 550 750]>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{}/Properties<</L 5 0 R>>>>>>", pdf::FONTS)
            .into_bytes(),
        pdf::stream("", content.as_bytes()),
        b"<</Type/OCG/Name(L)>>".to_vec(),
    ];
    let page = only_page(pdf::file(&objects));
    assert_eq!(texts(&page), ["ocr", "seen"]);
    assert_eq!(page.runs[0].visibility, Visibility::Invisible);
    assert_eq!((page.width, page.height), (500.0, 700.0));
    // The crop box's corner is the origin: 500 below the page's top edge at 750.
    assert_eq!(page.runs[1].baseline, 250.0);
}

#[test]
fn a_rotated_page_is_read_as_displayed() {
    let rotated = |by: i32| {
        let page = only_page(page("BT /F 10 Tf 100 700 Td (123) Tj ET", &format!("/Rotate {by}"), "", &[]));
        let run = page.runs[0].clone();
        ((page.width as i32, page.height as i32), run.direction, run.bbox.center())
    };
    let near = |(x, y): (f32, f32), (u, v): (f32, f32)| (x - u).abs() < 6.0 && (y - v).abs() < 6.0;
    let (size, direction, at) = rotated(90);
    assert!(size == (800, 600) && direction == Direction::Down && near(at, (700.0, 108.0)), "{at:?}");
    let (size, direction, at) = rotated(180);
    assert!(size == (600, 800) && direction == Direction::Left && near(at, (492.0, 700.0)), "{at:?}");
    let (size, direction, at) = rotated(270);
    assert!(size == (800, 600) && direction == Direction::Up && near(at, (100.0, 492.0)), "{at:?}");
}

#[test]
fn user_units_stretch_the_page() {
    let page = only_page(page("BT /F 10 Tf 100 700 Td (1) Tj ET", "/UserUnit 2", "", &[]));
    assert_eq!((page.width, page.height, page.runs[0].size, page.runs[0].baseline), (1200.0, 1600.0, 20.0, 200.0));
}

#[test]
fn forms_annotations_and_fields_are_read_where_they_are_seen() {
    let more = [
        pdf::stream("/Type/XObject/Subtype/Form/BBox[0 0 100 100]/Matrix[1 0 0 1 10 0]", b"BT /F 10 Tf (form) Tj ET"),
        b"<</Type/Annot/Subtype/Stamp/Rect[300 300 400 400]/AP<</N 7 0 R>>>>".to_vec(),
        pdf::stream("/Type/XObject/Subtype/Form/BBox[0 0 50 50]", b"BT /F 10 Tf 0 10 Td (stamp) Tj ET"),
        b"<</Type/Annot/Subtype/Widget/FT/Tx/V(98.5)/DA(/F 9 Tf)/Rect[100 500 200 520]>>".to_vec(),
        b"<</Type/Annot/Subtype/Widget/FT/Tx/F 2/V(hidden)/Rect[100 500 200 520]>>".to_vec(),
    ];
    let content = "q 1 0 0 1 100 700 cm /X Do Q";
    let page = only_page(page(content, "/Annots[6 0 R 8 0 R 9 0 R]", "/XObject<</X 5 0 R>>", &more));
    let found: Vec<_> = page.runs.iter().map(|r| (page.run_text(r), r.bbox.x0.round(), r.size)).collect();
    // The stamp's box of 50 is stretched over 100 points.
    assert_eq!(found, [("form", 110.0, 10.0), ("stamp", 300.0, 20.0), ("98.5", 102.0, 9.0)]);
}

#[test]
fn lines_are_found_however_they_are_drawn_and_as_far_as_they_are_seen() {
    let content = "0.5 w 100 700 m 200 700 l S 100 600 100 0.7 re f q 0 0 150 800 re W n 100 500 100 1 re f Q \
        q 100 0 0 0.6 100 400 cm /I Do Q 300 300 50 50 re f 10 10 m 40 40 l S";
    let image =
        pdf::stream("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", b"0");
    let page = only_page(page(content, "", "/XObject<</I 5 0 R>>", &[image]));
    let found: Vec<_> = page.rulings.iter().map(|r| (r.axis, r.from.round(), r.to.round(), r.at.round())).collect();
    assert_eq!(
        found,
        [
            (Axis::Horizontal, 100.0, 200.0, 100.0),
            (Axis::Horizontal, 100.0, 200.0, 200.0),
            (Axis::Horizontal, 100.0, 150.0, 300.0),
            (Axis::Horizontal, 100.0, 200.0, 400.0),
        ]
    );
    assert_eq!(page.fills.len(), 1);
}

#[test]
fn cells_of_a_tagged_table_are_told() {
    let content = "/TD <</MCID 1>> BDC BT /F 10 Tf 100 700 Td (b) Tj ET EMC /P <</MCID 0>> BDC BT /F 10 Tf 100 600 Td (p) Tj ET EMC";
    let objects = vec![
        b"<</Type/Catalog/Pages 2 0 R/StructTreeRoot 5 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/StructParents 7/Resources<<{}>>>>", pdf::FONTS).into_bytes(),
        pdf::stream("", content.as_bytes()),
        b"<</Type/StructTreeRoot/K[6 0 R 12 0 R]/ParentTree<</Kids[<</Limits[0 6]/Nums[0[]]>><</Limits[7 7]/Nums[7[12 0 R 11 0 R]]>>]>>>>".to_vec(),
        b"<</S/Table/P 5 0 R/K[7 0 R]>>".to_vec(),
        b"<</S/TBody/P 6 0 R/K[8 0 R 9 0 R]>>".to_vec(),
        b"<</S/TR/P 7 0 R/K[]>>".to_vec(),
        b"<</S/TR/P 7 0 R/K[10 0 R 11 0 R]>>".to_vec(),
        b"<</S/TD/P 9 0 R>>".to_vec(),
        b"<</S/TH/P 9 0 R/K 1/A<</O/Table/ColSpan 3>>>>".to_vec(),
        b"<</S/H2/P 5 0 R/K 0>>".to_vec(),
    ];
    let page = only_page(pdf::file(&objects));
    let Some(Role::Cell(cell)) = page.tag(&page.runs[0]).map(|tag| tag.role) else { panic!("{:?}", page.tags) };
    assert_eq!(
        (cell.table, cell.row, cell.ordinal, cell.row_span, cell.column_span, cell.header),
        (6, 1, 1, 1, 3, true)
    );
    assert_eq!(page.tag(&page.runs[1]).map(|tag| tag.role), Some(Role::Heading(2)));
}

#[test]
fn a_page_without_known_characters_is_not_believed() {
    // A composite font without embedding, ToUnicode or a character set: nobody can tell what its codes mean.
    let font = "/Font<</F<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+SimSun/Encoding/Identity-H/DescendantFonts[<</Type/Font\
        /Subtype/CIDFontType2/BaseFont/ABCDEF+SimSun/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>]>>>>";
    let objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{font}>>>>").into_bytes(),
        pdf::stream("", b"BT /F 10 Tf 100 700 Td <00010002000300040005> Tj ET"),
    ];
    let page = only_page(pdf::file(&objects));
    assert_eq!(texts(&page), ["\u{FFFD}".repeat(5)]);
    assert!(page.distrust.as_deref().is_some_and(|why| why.starts_with("5 of 5 characters")), "{:?}", page.distrust);
}

#[test]
fn a_chinese_subset_that_claims_to_be_latin_is_unknown() {
    let font = "/Font<</F<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+SimSun/Encoding/WinAnsiEncoding/FirstChar 33/LastChar 36\
        /Widths[1000 1000 1000 1000]/FontDescriptor<</Type/FontDescriptor/Flags 32/FontFile2 5 0 R>>>>>>";
    let objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{font}>>>>").into_bytes(),
        pdf::stream("", b"BT /F 10 Tf 100 700 Td (!\"#$) Tj ET"),
        pdf::stream("", b"no font at all"),
    ];
    let page = only_page(pdf::file(&objects));
    assert!(page.distrust.is_some(), "{:?}", texts(&page));
}

#[test]
fn forms_that_draw_forms_end_early() {
    // Each of twelve forms draws the next four times: sixteen million drawings of next to nothing.
    let next =
        |number: u32| format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {number} 0 R>>>>");
    let more: Vec<Vec<u8>> = (6..18).map(|number| pdf::stream(&next(number), b"/X Do /X Do /X Do /X Do")).collect();
    let page = only_page(page("BT /F 10 Tf 100 700 Td (1) Tj ET /X Do", "", "/XObject<</X 5 0 R>>", &more));
    assert_eq!(texts(&page), ["1"]);
    assert!(page.findings[0].message.contains("longer than the limit"), "{:?}", page.findings);
}
