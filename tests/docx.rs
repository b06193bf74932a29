//! Word documents: every construct that the reader knows, from parts written by hand.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod office;

use office::{blocks, cells, grids, messages, office_files, outline, package, rendered};
use zhibiao::ingest::{Limits, LoadError, docx};
use zhibiao::model::{Block, Document, Severity};

const ROOT: &str = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"><w:body>"#;

fn document(body: &str) -> String {
    format!("{ROOT}{body}</w:body></w:document>")
}

fn load(body: &str) -> Document {
    load_with(body, &[])
}

fn load_with(body: &str, parts: &[(&str, &str)]) -> Document {
    let main = document(body);
    let all: Vec<(&str, &str)> =
        [("word/document.xml", main.as_str())].into_iter().chain(parts.iter().copied()).collect();
    docx::load(&package(&all), &Limits::default()).unwrap()
}

fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn tc(properties: &str, text: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", p(text))
}

#[test]
fn paragraphs_and_tables_come_in_reading_order() {
    let body = [
        p("标题"),
        "<w:tbl><w:tr>".into(),
        tc("", "甲"),
        tc("", "乙"),
        "</w:tr></w:tbl>".into(),
        p("结尾 &amp; &#x4E00;"),
    ];
    assert_eq!(outline(&load(&body.concat())), ["标题", "[甲|乙]", "结尾 & 一"]);
}

#[test]
fn merges_are_spans_and_free_columns_stay_free() {
    let body = [
        "<w:tbl><w:tr>".to_owned(),
        tc(r#"<w:gridSpan w:val="2"/>"#, "项目名称"),
        tc("", "某项目"),
        "</w:tr><w:tr>".into(),
        tc("<w:vMerge w:val=\"restart\"/>", "产出指标"),
        tc("", "数量"),
        tc("", "1"),
        "</w:tr><w:tr>".into(),
        tc("<w:vMerge/>", ""),
        tc("", "质量"),
        tc("", ""),
        "</w:tr><w:tr><w:trPr><w:gridBefore w:val=\"1\"/></w:trPr>".into(),
        tc("", "总分"),
        tc("", "100"),
        "</w:tr></w:tbl>".into(),
    ];
    let document = load(&body.concat());
    let expected = [
        "0,0+1×2 项目名称",
        "0,2 某项目",
        "1,0+2×1 产出指标",
        "1,1 数量",
        "1,2 1",
        "2,1 质量",
        "2,2 ",
        "3,1 总分",
        "3,2 100",
    ];
    assert_eq!(cells(grids(&document)[0]), expected);
    assert_eq!((grids(&document)[0].rows, grids(&document)[0].columns), (4, 3));
}

#[test]
fn fields_links_breaks_and_tabs() {
    let body = r#"<w:p><w:r><w:t>第</w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:t>藏</w:t></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>3</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:fldSimple w:instr="DATE"><w:r><w:t>页</w:t></w:r></w:fldSimple><w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink></w:p>
      <w:p><w:r><w:t>上</w:t><w:br/><w:t>下</w:t><w:tab/><w:t>右</w:t></w:r></w:p>
      <w:tbl><w:tr><w:tc><w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t></w:r></w:p><w:p><w:r><w:t>丙</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
      <w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:t>无尽的域</w:t></w:r></w:p><w:p><w:r><w:t>还在</w:t></w:r></w:p>"#;
    assert_eq!(outline(&load(body)), ["第3页链接", "上", "下\t右", "[甲\n乙\n丙]", "", "还在"]);
}

#[test]
fn check_boxes_of_every_kind() {
    let body = r#"<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>是</w:t><w:sym w:font="Wingdings" w:char="F0A8"/><w:t>否</w:t></w:r></w:p>
      <w:p><w:r><w:sym w:font="Wingdings 2" w:char="F052"/><w:t>是</w:t><w:sym w:font="Wingdings 2" w:char="F0A3"/></w:r></w:p>
      <w:p><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>甲</w:t></w:r><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="0"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>乙</w:t></w:r></w:p>
      <w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>旧</w:t></w:r></w:p>
      <w:p><w:r><w:rPr><w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/></w:rPr><w:t>þ</w:t></w:r><w:r><w:t>字</w:t></w:r></w:p>"#;
    assert_eq!(outline(&load(body)), ["☑是□否", "☑是□", "☑甲□乙", "☑旧", "☑字"]);
}

#[test]
fn of_tracked_changes_the_outcome_is_read() {
    let body = r#"<w:p><w:r><w:t>完成</w:t></w:r><w:del w:id="1"><w:r><w:delText>90%</w:delText></w:r></w:del><w:ins w:id="2"><w:r><w:t>95%</w:t></w:r></w:ins></w:p>
      <w:p><w:moveFrom><w:r><w:t>旧处</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:rPr><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>新处</w:t></w:r></w:moveTo></w:p>
      <w:p><w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr><w:r><w:t>前半</w:t></w:r></w:p><w:p><w:r><w:t>后半</w:t></w:r></w:p>
      <w:tbl><w:tr><w:tc><w:p><w:r><w:t>留</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:trPr><w:del w:id="4"/></w:trPr><w:tc><w:p><w:r><w:t>删</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#;
    let document = load(body);
    assert_eq!(outline(&document), ["完成95%", "新处", "前半后半", "[留]"]);
    assert_eq!(messages(&document), ["3 tracked deletions left out"]);
    assert!(document.findings.iter().all(|f| f.severity == Severity::Info));
}

#[test]
fn hidden_text_is_left_out_and_told() {
    let styles = r#"<w:styles xmlns:w="x"><w:style w:type="character" w:styleId="h"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>"#;
    let body = r#"<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>看得见</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r><w:r><w:rPr><w:rStyle w:val="h"/></w:rPr><w:t>藏</w:t></w:r><w:r><w:rPr><w:rStyle w:val="h"/><w:vanish w:val="0"/></w:rPr><w:t>了</w:t></w:r></w:p>"#;
    let document = load_with(body, &[("word/styles.xml", styles)]);
    assert_eq!(outline(&document), ["看得见了"]);
    assert_eq!(messages(&document), ["2 hidden texts left out"]);
}

#[test]
fn notes_follow_their_paragraph_and_a_cell_keeps_its_value() {
    let notes = r#"<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:t>线</w:t></w:r></w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t> 数据来源</w:t></w:r></w:p></w:footnote><w:footnote w:id="3"><w:p><w:r><w:t>格注</w:t></w:r></w:p></w:footnote></w:footnotes>"#;
    let body = r#"<w:p><w:r><w:t>正文</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p><w:p><w:r><w:t>次段</w:t></w:r></w:p>
      <w:tbl><w:tr><w:tc><w:p><w:r><w:t>98%</w:t><w:footnoteReference w:id="3"/></w:r></w:p></w:tc></w:tr></w:tbl>"#;
    let document = load_with(body, &[("word/footnotes.xml", notes)]);
    assert_eq!(outline(&document), ["正文", "数据来源", "次段", "[98%]", "格注"]);
}

#[test]
fn numbering_is_read_as_it_is_shown() {
    let numbering = r#"<w:numbering xmlns:w="x"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl></w:abstractNum><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1"/><w:suff w:val="nothing"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>"#;
    let styles = r#"<w:styles xmlns:w="x"><w:style w:type="paragraph" w:styleId="H1"><w:pPr><w:outlineLvl w:val="0"/><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>"#;
    let numbered = |level: u8, text: &str| {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#
        )
    };
    let serial = r#"<w:tr><w:tc><w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr></w:pPr></w:p></w:tc></w:tr>"#;
    let body = [
        r#"<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>概况</w:t></w:r></w:p>"#.to_owned(),
        numbered(1, "目标"),
        numbered(1, "执行"),
        numbered(0, "结论"),
        format!("<w:tbl>{serial}{serial}</w:tbl>"),
    ];
    let document = load_with(&body.concat(), &[("word/numbering.xml", numbering), ("word/styles.xml", styles)]);
    assert_eq!(outline(&document), ["一、概况", "（一）目标", "（二）执行", "二、结论", "[1|2]"]);
    assert!(matches!(&blocks(&document)[0], Block::Line(l) if l.heading == Some(1)));
}

#[test]
fn text_boxes_are_read_once_and_their_tables_too() {
    let content = |text: &str| {
        format!(
            "<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>格</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:txbxContent>"
        )
    };
    let body = format!(
        r#"<w:p><w:r><w:t>前</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>后</w:t></w:r></w:p>"#,
        content("框"),
        content("重")
    );
    assert_eq!(outline(&load(&body)), ["前后", "框", "[格]"]);
}

#[test]
fn content_controls_prompts_and_formulas() {
    let body = r#"<w:sdt><w:sdtContent><w:tbl><w:sdt><w:sdtContent><w:tr><w:sdt><w:sdtContent><w:tc><w:p><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>单击此处输入文字。</w:t></w:r></w:sdtContent></w:sdt></w:p></w:tc></w:sdtContent></w:sdt><w:tc><w:p><w:r><w:t>值</w:t></w:r></w:p></w:tc></w:tr></w:sdtContent></w:sdt></w:tbl></w:sdtContent></w:sdt>
      <w:p><m:oMath><m:f><m:fPr/><m:num><m:r><m:t>B</m:t></m:r></m:num><m:den><m:r><m:t>A</m:t></m:r></m:den></m:f></m:oMath><w:r><w:t>×100%</w:t></w:r></w:p>"#;
    assert_eq!(outline(&load(body)), ["[|值]", "B/A×100%"]);
}

#[test]
fn rendered_page_breaks_number_the_pages() {
    let row = |first: &str, second: &str| {
        format!("<w:tr><w:tc><w:p>{first}</w:p></w:tc><w:tc><w:p>{second}</w:p></w:tc></w:tr>")
    };
    let run = |inner: &str| format!("<w:r>{inner}</w:r>");
    let body = [
        "<w:p><w:r><w:t>一页</w:t></w:r></w:p><w:tbl>".to_owned(),
        row(&run("<w:t>甲</w:t>"), &run("<w:t>乙</w:t>")),
        // Both cells are cut by the page's end.
        row(
            &run("<w:t>上</w:t><w:lastRenderedPageBreak/><w:t>下</w:t>"),
            &run("<w:t>左</w:t><w:lastRenderedPageBreak/><w:t>右</w:t>"),
        ),
        // The whole row moved.
        row(&run("<w:lastRenderedPageBreak/><w:t>丙</w:t>"), &run("<w:t>丁</w:t>")),
        "</w:tbl><w:p><w:r><w:t>三页</w:t></w:r></w:p><w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>".into(),
        "<w:p><w:r><w:lastRenderedPageBreak/><w:t>四页</w:t></w:r></w:p>".into(),
    ];
    let document = load(&body.concat());
    assert_eq!(document.pages, Some(4));
    let pages: Vec<_> = grids(&document)[0].cells.iter().map(|c| (c.text.as_str(), c.page)).collect();
    assert_eq!(
        pages,
        [("甲", Some(1)), ("乙", Some(1)), ("上下", Some(1)), ("左右", Some(1)), ("丙", Some(3)), ("丁", Some(3))]
    );
    let lines: Vec<_> = blocks(&document)
        .iter()
        .filter_map(|b| if let Block::Line(l) = b { Some((l.text.to_string(), l.page)) } else { None })
        .filter(|l| !l.0.is_empty())
        .collect();
    assert_eq!(lines, [("一页".into(), Some(1)), ("三页".into(), Some(3)), ("四页".into(), Some(4))]);
}

#[test]
fn without_rendered_breaks_no_page_is_claimed() {
    let document = load(&[p("甲"), "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>".into(), p("乙")].concat());
    assert_eq!(document.pages, None);
    assert_eq!(outline(&document), ["甲", "---", "", "乙"]);
}

#[test]
fn any_prefix_and_any_main_part_will_do() {
    let main = r#"<ns0:document xmlns:ns0="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><ns0:body><ns0:p><ns0:r><ns0:t>文</ns0:t></ns0:r></ns0:p></ns0:body></ns0:document>"#;
    let rels = r#"<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="word/document2.xml"/></Relationships>"#;
    let bytes = package(&[("_rels/.rels", rels), ("word/document2.xml", main)]);
    assert_eq!(outline(&docx::load(&bytes, &Limits::default()).unwrap()), ["文"]);
}

fn refused(bytes: &[u8], limits: &Limits) -> LoadError {
    docx::load(bytes, limits).unwrap_err()
}

#[test]
fn hostile_packages_are_refused_with_a_reason() {
    let limits = Limits::default();
    assert_eq!(refused(b"", &limits).code, "damaged");
    let whole = package(&[("word/document.xml", &document(&p("文")))]);
    assert_eq!(refused(&whole[..whole.len() / 2], &limits).code, "damaged");
    assert_eq!(refused(&package(&[("other.xml", "<a/>")]), &limits).code, "damaged");

    let deep = document(&"<w:sdt>".repeat(1_000_000));
    assert_eq!(refused(&package(&[("word/document.xml", &deep)]), &limits).code, "too_large");

    let entity =
        format!("<!DOCTYPE w [<!ENTITY a \"aaaa\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]>{}", document(&p("&b;")));
    let error = refused(&package(&[("word/document.xml", &entity)]), &limits);
    assert_eq!(error.code, "damaged");
    assert!(error.message.contains("document type declaration"), "{}", error.message);

    let bomb = document(&p(&"零".repeat(8 << 20)));
    let small = Limits { max_ratio: 10, ..Limits::default() };
    assert_eq!(refused(&package(&[("word/document.xml", &bomb)]), &small).code, "too_large");
    let small = Limits { max_unfolded_bytes: 1 << 20, ..Limits::default() };
    assert_eq!(refused(&package(&[("word/document.xml", &bomb)]), &small).code, "too_large");

    let row = format!("<w:tr>{}</w:tr>", tc("", "").repeat(10));
    let wide = document(&format!("<w:tbl>{}</w:tbl>", row.repeat(10)));
    let few = Limits { max_cells: 50, ..Limits::default() };
    assert_eq!(refused(&package(&[("word/document.xml", &wide)]), &few).code, "too_large");
}

#[test]
fn damage_after_the_first_text_is_an_error_finding() {
    let document = load("<w:p><w:r><w:t>读得到</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>格</w:t></w:p>");
    assert_eq!(outline(&document), ["读得到", "[格]"]);
    assert_eq!(document.findings[0].severity, Severity::Error);
}

#[test]
fn a_wrong_checksum_is_told() {
    let mut bytes = package(&[("word/document.xml", &document(&p("文字文字")))]);
    // The checksum stands in the local and in the central header, both before the name.
    let name = b"word/document.xml";
    let places: Vec<usize> = bytes.windows(name.len()).enumerate().filter(|(_, w)| w == name).map(|(i, _)| i).collect();
    for (place, back) in places.iter().zip([16, 30]) {
        bytes[place - back] ^= 0xFF;
    }
    let outcome = docx::load(&bytes, &Limits::default());
    let told = match &outcome {
        Ok(document) => document.findings.iter().any(|f| f.severity == Severity::Error),
        Err(error) => error.code == "damaged",
    };
    assert!(told, "{outcome:?}");
}

#[test]
fn absurd_counts_stay_small() {
    let body = [
        "<w:tbl><w:tr><w:trPr><w:gridBefore w:val=\"2147483648\"/></w:trPr>".to_owned(),
        tc(r#"<w:gridSpan w:val="2147483648"/>"#, "甲"),
        "</w:tr></w:tbl>".into(),
    ];
    let document = load(&body.concat());
    assert!(grids(&document)[0].columns <= 4096);
}

#[test]
fn rendered_forms_are_read_cell_by_cell() {
    let files = office_files(".docx");
    assert!(files.len() >= 15, "{} files", files.len());
    for (stem, path) in files {
        let document = docx::load(&std::fs::read(&path).unwrap(), &Limits::default()).unwrap();
        let read: Vec<Vec<String>> = grids(&document).into_iter().map(cells).collect();
        let expected: Vec<Vec<String>> = rendered(&stem).into_iter().map(|form| form.table).collect();
        assert_eq!(read, expected, "{}", path.display());
    }
}
