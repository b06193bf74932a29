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
