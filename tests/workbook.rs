//! Workbooks: what a person saw, from parts written by hand and from files of several writers.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod office;

use office::{cells, fixture, grids, messages, office_files, package, rendered};
use zhibiao::ingest::{Limits, LoadError, workbook};
use zhibiao::model::{Code, Document, Media, Severity};

/// A workbook of these sheets: name, state, and what stands inside `<worksheet>`.
fn xlsx(sheets: &[(&str, &str, &str)], extra: &[(&str, &str)]) -> Vec<u8> {
    let listed: String = sheets
        .iter()
        .enumerate()
        .map(|(i, (name, state, _))| {
            format!(r#"<sheet name="{name}" sheetId="{n}" state="{state}" r:id="rId{n}"/>"#, n = i + 1)
        })
        .collect();
    let related: String = (1..=sheets.len())
        .map(|n| format!(r#"<Relationship Id="rId{n}" Type="http://x/worksheet" Target="worksheets/sheet{n}.xml"/>"#))
        .collect();
    let mut parts = vec![
        ("xl/workbook.xml".to_owned(), format!("<workbook><sheets>{listed}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships>{related}</Relationships>")),
    ];
    for (i, (_, _, inside)) in sheets.iter().enumerate() {
        parts.push((format!("xl/worksheets/sheet{}.xml", i + 1), format!("<worksheet>{inside}</worksheet>")));
    }
    let all: Vec<(&str, &str)> =
        parts.iter().map(|(n, c)| (n.as_str(), c.as_str())).chain(extra.iter().copied()).collect();
    package(&all)
}

fn load(bytes: &[u8]) -> Document {
    workbook::load(bytes, Media::Xlsx, &Limits::default()).unwrap()
}

fn refused(bytes: &[u8], media: Media) -> LoadError {
    workbook::load(bytes, media, &Limits::default()).unwrap_err()
}

const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0.00&quot;万元&quot;"/></numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="4"/><xf numFmtId="164"/><xf numFmtId="31"/><xf numFmtId="1"/></cellXfs><dxfs><dxf><numFmt numFmtId="165" formatCode="0"/></dxf></dxfs></styleSheet>"#;

#[test]
fn cells_hold_what_a_person_saw_and_the_exact_value_beside() {
    let strings = "<sst><si><t>参保率</t></si></sst>";
    let inside = r#"<sheetData><row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" s="1"><v>0.98770000000000002</v></c><c r="D2" s="2"><v>1234567.5</v></c></row><row r="3"><c r="B3" s="3"><v>620.82</v></c><c r="C3" s="4"><v>44561</v></c><c r="D3" s="5"><v>98.77</v></c></row><row r="4"><c r="B4"><v>0.30000000000000004</v></c><c r="C4" t="b"><v>1</v></c><c r="D4" t="inlineStr"><is><t>甲&amp;乙</t></is></c></row></sheetData>"#;
    let document =
        load(&xlsx(&[("表一", "visible", inside)], &[("xl/styles.xml", STYLES), ("xl/sharedStrings.xml", strings)]));
    let grid = grids(&document)[0];
    let expected = [
        "0,0 参保率",
        "0,1 98.77%",
        "0,2 1,234,567.50",
        "1,0 620.82万元",
        "1,1 2021年12月31日",
        "1,2 99",
        "2,0 0.3",
        "2,1 TRUE",
        "2,2 甲&乙",
    ];
    assert_eq!(cells(grid), expected);
    assert_eq!((grid.name.as_deref(), grid.first_row, grid.first_column), (Some("表一"), 1, 1));
    let exact: Vec<_> = grid.cells.iter().filter_map(|c| c.exact.as_deref()).collect();
    assert_eq!(exact, ["98.77"]);
}

#[test]
fn hidden_sheets_rows_and_columns_are_left_out_and_told() {
    let shown = r#"<cols><col min="2" max="2" hidden="1"/></cols><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row><row r="2" hidden="1"><c r="A2"><v>4</v></c></row><row r="3"><c r="A3"><v>5</v></c></row></sheetData>"#;
    let other = r#"<sheetData><row><c><v>6</v></c><c><v>7</v></c></row></sheetData>"#;
    let document = load(&xlsx(
        &[("甲", "visible", shown), ("乙", "hidden", other), ("丙", "veryHidden", other), ("丁", "visible", other)],
        &[],
    ));
    let all: Vec<Vec<String>> = grids(&document).into_iter().map(cells).collect();
    assert_eq!(all, [vec!["0,0 1", "0,2 3", "2,0 5", "2,2 "], vec!["0,0 6", "0,1 7"]]);
    assert_eq!(
        messages(&document),
        ["sheet 甲: 2 cells in hidden rows or columns left out", "hidden sheets left out: 乙, 丙"]
    );
    assert!(document.findings.iter().all(|f| f.severity == Severity::Info && f.code == Code::ContentSkipped));
}

#[test]
fn a_formula_without_result_is_no_blank() {
    let inside = r#"<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>SUM(A1)</f><v></v></c><c r="C1" t="str"><f>""</f><v></v></c><c r="D1"><f>A1</f></c></row></sheetData>"#;
    let document = load(&xlsx(&[("表", "visible", inside)], &[]));
    assert_eq!(cells(grids(&document)[0]), ["0,0 2"]);
    assert_eq!(document.findings.len(), 1);
    let finding = &document.findings[0];
    assert_eq!((finding.code, finding.severity), (Code::ValueMissing, Severity::Warning));
    assert!(finding.message.contains("2 formulas") && finding.message.contains("B1, D1"), "{}", finding.message);
}

#[test]
fn blank_formatted_rows_cost_nothing() {
    let blank: String =
        (2..=100_000).map(|r| format!(r#"<row r="{r}"><c r="A{r}" s="1"/><c r="B{r}" s="1"/></row>"#)).collect();
    let inside = format!(
        r#"<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row>{blank}</sheetData><mergeCells><mergeCell ref="A50:B60"/><mergeCell ref="A1:XFD1"/></mergeCells>"#
    );
    let document = load(&xlsx(&[("表", "visible", &inside)], &[]));
    assert_eq!(cells(grids(&document)[0]), ["0,0 1"]);
}

#[test]
fn absurd_counts_stay_small() {
    let inside = r#"<cols><col min="1" max="4294967295" hidden="0"/></cols><sheetData><row r="4294967295"><c r="A4294967295"><v>1</v></c></row><row r="1"><c r="ZZZZZZ1"><v>1</v></c><c r="A1" t="s"><v>4294967295</v></c><c r="B1" s="99999999"><v>5</v></c></row></sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>"#;
    let document = load(&xlsx(&[("表", "visible", inside)], &[]));
    assert_eq!(cells(grids(&document)[0]), ["0,0 5"]);

    let content = r#"<office:document-content><table:table table:name="表"><table:table-row table:number-rows-repeated="4294967295"><table:table-cell table:number-columns-repeated="2147483648"/></table:table-row><table:table-row><table:table-cell><text:p>甲</text:p></table:table-cell></table:table-row></table:table></office:document-content>"#;
    let document = workbook::load(&package(&[("content.xml", content)]), Media::Ods, &Limits::default()).unwrap();
    assert!(grids(&document).is_empty(), "a row beyond the sheet's end is none");

    let content = content.replace("4294967295", "2").replace(
        "<table:table-cell table:number-columns-repeated=\"2147483648\"/>",
        "<table:table-cell table:number-columns-repeated=\"2147483648\"><text:p>满</text:p></table:table-cell>",
    );
    let few = Limits { max_cells: 10_000, ..Limits::default() };
    assert_eq!(workbook::load(&package(&[("content.xml", &content)]), Media::Ods, &few).unwrap_err().code, "too_large");
}

#[test]
fn ods_shows_the_text_that_was_shown() {
    let content = r#"<office:document-content><office:automatic-styles><style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>
      <table:table table:name="表一" table:style-name="ta1"><table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>
      <table:table-row><table:table-cell table:number-columns-spanned="3" office:value-type="string"><text:p>标<text:s text:c="2"/>题</text:p><text:p>二</text:p><office:annotation><text:p>批注</text:p></office:annotation></table:table-cell><table:covered-table-cell table:number-columns-repeated="2"/></table:table-row>
      <table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="percentage" office:value="0.9877"><text:p>98.77%</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>藏</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="98.77"><text:p>99</text:p></table:table-cell></table:table-row>
      <table:table-row table:visibility="filter"><table:table-cell office:value-type="string"><text:p>滤</text:p></table:table-cell></table:table-row>
      </table:table><table:table table:name="表二" table:style-name="ta2"><table:table-row><table:table-cell><text:p>藏</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#;
    let document = workbook::load(&package(&[("content.xml", content)]), Media::Ods, &Limits::default()).unwrap();
    let expected = ["0,0+1×3 标  题\n二", "1,0 98.77%", "1,2 99", "2,0 98.77%", "2,2 99"];
    assert_eq!(cells(grids(&document)[0]), expected);
    assert_eq!(grids(&document)[0].cells[2].exact.as_deref(), Some("98.77"));
    assert_eq!(
        messages(&document),
        ["sheet 表一: 3 cells in hidden rows or columns left out", "hidden sheets left out: 表二"]
    );
}

#[test]
fn what_cannot_be_read_says_why() {
    for media in [Media::Xlsx, Media::Xls, Media::Ods] {
        assert_eq!(refused(b"", media).code, "damaged");
        assert_eq!(refused(b"PK\x03\x04 and then nothing", media).code, "damaged");
    }
    assert_eq!(refused(b"x", Media::Html).code, "unsupported");
    let manifest =
        "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let locked = package(&[("META-INF/manifest.xml", manifest), ("content.xml", "garbage")]);
    assert_eq!(refused(&locked, Media::Ods).code, "encrypted");

    let deep = format!("<sheetData>{}", "<row>".repeat(1_000_000));
    assert_eq!(refused(&xlsx(&[("表", "visible", &deep)], &[]), Media::Xlsx).code, "too_large");

    // One long text in very many cells: small in the file, too much in memory.
    let strings = format!("<sst><si><t>{}</t></si></sst>", "长".repeat(1 << 20));
    let many = format!("<sheetData>{}</sheetData>", "<row><c t=\"s\"><v>0</v></c></row>".repeat(1000));
    let bomb = xlsx(&[("表", "visible", &many)], &[("xl/sharedStrings.xml", &strings)]);
    assert_eq!(refused(&bomb, Media::Xlsx).code, "too_large");
}

#[test]
fn a_broken_sheet_does_not_take_the_others_along() {
    let good = "<sheetData><row><c><v>1</v></c></row></sheetData>";
    let cut = "<sheetData><row><c><v>2</v></c></row><row><c><v>3";
    let document = load(&xlsx(&[("好", "visible", good), ("坏", "visible", cut), ("又好", "visible", good)], &[]));
    let names: Vec<_> = grids(&document).iter().map(|g| g.name.clone().unwrap()).collect();
    assert_eq!(names, ["好", "坏", "又好"]);
    assert_eq!(document.findings.iter().filter(|f| f.severity == Severity::Error).count(), 1);
}

#[test]
fn rendered_forms_are_read_cell_by_cell() {
    for (ending, media, least) in [(".xlsx", Media::Xlsx, 18), (".xls", Media::Xls, 6), (".ods", Media::Ods, 3)] {
        let files = office_files(ending);
        assert!(files.len() >= least, "{} files {ending}", files.len());
        for (stem, path) in files {
            let document = workbook::load(&std::fs::read(&path).unwrap(), media, &Limits::default()).unwrap();
            let read: Vec<Vec<String>> = grids(&document).into_iter().map(cells).collect();
            let expected: Vec<Vec<String>> = rendered(&stem).into_iter().map(|form| form.sheet).collect();
            assert_eq!(read, expected, "{}", path.display());
            assert_eq!(document.findings, [], "{}", path.display());
        }
    }
}

#[test]
fn old_workbooks_cut_anywhere_end_without_panic() {
    let whole = std::fs::read(fixture("003.xlwt.xls")).unwrap();
    for length in (0..whole.len()).step_by(97) {
        let _ = workbook::load(&whole[..length], Media::Xls, &Limits::default());
    }
    for at in (0..whole.len()).step_by(13) {
        let mut changed = whole.clone();
        changed[at] ^= 0xFF;
        let _ = workbook::load(&changed, Media::Xls, &Limits::default());
    }
}

/// Another reader's opinion of which cells hold something.
#[test]
fn the_same_cells_are_filled_as_calamine_finds() {
    use calamine::{Reader, open_workbook_auto};
    for (ending, media) in [(".xlsx", Media::Xlsx), (".xls", Media::Xls), (".ods", Media::Ods)] {
        for (_, path) in office_files(ending) {
            let mut theirs = Vec::new();
            let mut book = open_workbook_auto(&path).unwrap();
            for (sheet, range) in book.worksheets() {
                let (top, left) = range.start().unwrap();
                let filled = range.used_cells().filter(|(_, _, value)| !value.to_string().trim().is_empty());
                theirs.extend(filled.map(|(r, c, _)| (sheet.clone(), r + top as usize, c + left as usize)));
            }
            let document = workbook::load(&std::fs::read(&path).unwrap(), media, &Limits::default()).unwrap();
            let mut ours = Vec::new();
            for grid in grids(&document) {
                let filled = grid.cells.iter().filter(|c| !c.text.is_empty());
                let place = |c: &zhibiao::model::Cell| {
                    (grid.name.clone().unwrap(), grid.first_row + c.row, grid.first_column + c.column)
                };
                ours.extend(filled.map(place));
            }
            theirs.sort();
            ours.sort();
            assert_eq!(ours, theirs, "{}", path.display());
        }
    }
}
