#!/bin/sh
# Seeds the corpora from fixtures/office: whole files, and the parts that the targets pack themselves.
set -eu
cd "$(dirname "$0")"
office=../fixtures/office
mkdir -p corpus/docx corpus/workbook
cp "$office"/*.libreoffice.docx corpus/docx/
cp "$office"/003.openpyxl.xlsx "$office"/*.xls "$office"/003.libreoffice.ods corpus/workbook/
for file in "$office"/003.*.docx "$office"/020.*.docx; do
    name=$(basename "$file")
    { unzip -p "$file" word/document.xml; printf '\0'; unzip -p "$file" word/numbering.xml; } > "corpus/docx/$name.parts"
done
for file in "$office"/003.*.xlsx "$office"/020.*.xlsx; do
    name=$(basename "$file")
    {
        unzip -p "$file" xl/worksheets/sheet1.xml; printf '\0'
        unzip -p "$file" xl/styles.xml; printf '\0'
        unzip -p "$file" xl/sharedStrings.xml 2>/dev/null || true
    } > "corpus/workbook/$name.parts"
done
unzip -p "$office/003.libreoffice.ods" content.xml > corpus/workbook/003.ods.parts
# Small files of several writers for the loaders that read them whole; the others differ little from these.
mkdir -p corpus/doc corpus/rtf corpus/html corpus/archive
cp "$office"/doc-libreoffice/005.doc "$office"/doc-libreoffice/027.doc "$office"/special/*.doc corpus/doc/
cp "$office"/doc-spire/027.doc corpus/doc/027.spire.doc
cp "$office"/rtf-libreoffice/027.rtf "$office"/special/*.rtf corpus/rtf/
for number in 003 020 027; do
    cp "$office/html-libreoffice/$number.html" "corpus/html/$number.libreoffice.html"
    cp "$office/html-page/$number.html" "corpus/html/$number.page.html"
    cp "$office/mhtml-email/$number.mhtml" corpus/html/
done
# Only what is between braces or angle brackets matters to these two: without the text around it a mutation hits more.
head -c 4096 "$office/rtf-libreoffice/003.rtf" > corpus/rtf/003.start
head -c 2048 "$office/html-libreoffice/003.html" > corpus/html/003.start
cp "$office"/docx-python-docx/027.docx "$office"/xlsx-openpyxl/027.xlsx "$office"/ods-odfpy/027.ods corpus/archive/
(cd "$office/html-page" && zip -q -X - 027.html 005.html) > corpus/archive/pages.zip
mkdir -p corpus/pdf
find ../fixtures/pdf -name '*.pdf' -size -40k | while read -r file; do
    cp "$file" "corpus/pdf/$(echo "${file#../fixtures/pdf/}" | tr / -)"
done
cat > corpus/pdf/content <<'EOF'
q 1 0 0 1 10 10 cm 50 50 200 100 re S 50 100 m 250 100 l S 0.5 g 60 60 40 .4 re f Q
/P <</MCID 0/ActualText(x)>>BDC BT /A 12 Tf 60 120 Td (Rate 98.77%) Tj /B 12 Tf 0 -20 Td <D2BBB6FE> Tj
/C 12 Tf [<00> -500 <01>] TJ 3 Tr (y) ' ET EMC 100 200 300 400 re W n /X Do
EOF
# The smallest form of each format, and the first kilobytes of it: a mutation near a key hits more in a short text.
mkdir -p corpus/recognised
for file in ../fixtures/recognised/*/003.*; do
    name=$(echo "${file#../fixtures/recognised/}" | tr / -)
    cp "$file" "corpus/recognised/$name"
    head -c 3000 "$file" > "corpus/recognised/$name.start"
done
