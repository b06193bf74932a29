//! The structure tree of a tagged file, asked page by page: from each piece of marked content upward to the cell, row
//! and table that it is in (ISO 32000-1, 14.7.4.4 and 14.8.4.3.4).

use crate::model::{Page, Role, Tag, TaggedCell};
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Number, ObjRef, Object};
use hayro_syntax::xref::XRef;
use rustc_hash::FxHashMap;

/// Deepest way from a piece of content up to its table, and deepest tree of parents.
const MAX_DEPTH: usize = 64;
/// Most children of one element that are looked through for a row's number.
const MAX_CHILDREN: usize = 200_000;

type Id = (u32, i32);

/// Ways from marked content to roles.
pub(super) struct Structure<'a> {
    xref: &'a XRef,
    parents: Option<Dict<'a>>,
    roles: Option<Dict<'a>>,
    /// Roles of elements already asked for.
    known: FxHashMap<Id, Option<Role>>,
    /// Places of rows in tables and of cells in rows.
    places: FxHashMap<Id, (Id, u32)>,
}

impl<'a> Structure<'a> {
    pub(super) fn of(catalog: &Dict<'a>, xref: &'a XRef) -> Self {
        let root = catalog.get::<Dict<'a>>("StructTreeRoot");
        Structure {
            xref,
            parents: root.as_ref().and_then(|root| root.get::<Dict<'a>>("ParentTree")),
            roles: root.as_ref().and_then(|root| root.get::<Dict<'a>>("RoleMap")),
            known: FxHashMap::default(),
            places: FxHashMap::default(),
        }
    }

    /// What the tree says of the marked content of a page, sorted by mark.
    pub(super) fn tags(&mut self, page: &Dict<'a>, read: &Page) -> Vec<Tag> {
        let Some(parents) = &self.parents else { return Vec::new() };
        let Some(key) = page.get::<Number>("StructParents").map(|n| n.as_i64()) else { return Vec::new() };
        let Some(elements) = number_tree(parents, key, self.xref) else { return Vec::new() };
        let mut used: Vec<u32> = read.runs.iter().filter_map(|run| run.mark).collect();
        used.sort_unstable();
        used.dedup();
        let mut tags = Vec::new();
        let mut used = used.into_iter().peekable();
        for (mark, element) in (0..).zip(elements.raw_iter()) {
            match used.peek() {
                None => break,
                Some(next) if *next > mark => continue,
                Some(_) => {
                    used.next();
                }
            }
            let Some(reference) = element.as_obj_ref() else { continue };
            if let Some(role) = self.role(reference) {
                tags.push(Tag { mark, role });
            }
        }
        tags
    }

    fn role(&mut self, reference: ObjRef) -> Option<Role> {
        let id = (reference.obj_number, reference.gen_number);
        if let Some(role) = self.known.get(&id) {
            return *role;
        }
        let role = self.find_role(reference);
        self.known.insert(id, role);
        role
    }

    fn find_role(&mut self, reference: ObjRef) -> Option<Role> {
        let (mut id, mut at) = self.element(reference)?;
        let mut block = None;
        for _ in 0..MAX_DEPTH {
            let kind = self.kind(&at);
            match kind.as_slice() {
                b"TD" | b"TH" => return self.cell(&at, id, kind == b"TH").map(Role::Cell).or(block),
                [b'H', level @ b'1'..=b'6'] => return Some(Role::Heading(level - b'0')),
                b"H" | b"Title" => return Some(Role::Heading(1)),
                b"P" | b"LI" | b"Caption" | b"TOCI" | b"Note" if block.is_none() => block = Some(Role::Block(id.0)),
                b"Table" | b"Document" | b"StructTreeRoot" => return block,
                _ => {}
            }
            let Some(parent) = self.parent(&at) else { return block };
            (id, at) = parent;
        }
        block
    }

    /// The element above. It is asked for afresh, not through the element: the way down and up again would look like a
    /// loop to the reader of objects.
    fn parent(&self, element: &Dict<'a>) -> Option<(Id, Dict<'a>)> {
        self.element(element.get_ref("P")?)
    }

    fn element(&self, reference: ObjRef) -> Option<(Id, Dict<'a>)> {
        let dict = self.xref.get::<Dict<'a>>(reference.into())?;
        Some(((reference.obj_number, reference.gen_number), dict))
    }

    /// The element's standard type.
    fn kind(&self, element: &Dict<'a>) -> Vec<u8> {
        let Some(name) = element.get::<Name<'_>>("S") else { return Vec::new() };
        let mut kind = name.as_ref().to_vec();
        if let Some(roles) = &self.roles {
            for _ in 0..8 {
                match roles.get::<Name<'_>>(kind.as_slice()) {
                    Some(standard) if standard.as_ref() != kind => kind = standard.as_ref().to_vec(),
                    _ => break,
                }
            }
        }
        kind
    }

    fn cell(&mut self, cell: &Dict<'a>, id: Id, header: bool) -> Option<TaggedCell> {
        let (row_id, row) = self.parent(cell).filter(|(_, row)| self.kind(row) == b"TR")?;
        let ordinal = self.place(&row, row_id, id)?;
        let (table_id, table) = self.table_of(&row)?;
        let number = self.row_number(&table, table_id, row_id)?;
        let (row_span, column_span) = spans(cell);
        Some(TaggedCell { table: table_id.0, row: number, ordinal, row_span, column_span, header })
    }

    fn table_of(&self, row: &Dict<'a>) -> Option<(Id, Dict<'a>)> {
        let mut at = self.parent(row)?;
        for _ in 0..4 {
            match self.kind(&at.1).as_slice() {
                b"Table" => return Some(at),
                b"THead" | b"TBody" | b"TFoot" => at = self.parent(&at.1)?,
                _ => return None,
            }
        }
        None
    }

    /// The number of a row in its table, those of the head before those of the body.
    fn row_number(&mut self, table: &Dict<'a>, table_id: Id, row: Id) -> Option<u32> {
        if !self.places.contains_key(&row) || self.places.get(&row).is_some_and(|(of, _)| *of != table_id) {
            let mut rows = Vec::new();
            for (id, child) in self.children(table) {
                if self.kind(&child) == b"TR" {
                    rows.push(id);
                } else {
                    rows.extend(self.children(&child).into_iter().map(|(id, _)| id));
                }
            }
            for (id, number) in rows.into_iter().take(MAX_CHILDREN).zip(0..) {
                self.places.insert(id, (table_id, number));
            }
        }
        self.places.get(&row).filter(|(of, _)| *of == table_id).map(|(_, number)| *number)
    }

    /// The element children of an element, with what they are called by.
    fn children(&self, element: &Dict<'a>) -> Vec<(Id, Dict<'a>)> {
        let is_element = |child: &(Id, Dict<'a>)| child.1.contains_key("S");
        match element.get_raw::<Object<'a>>("K") {
            Some(MaybeRef::Ref(reference)) => match self.xref.get::<Object<'a>>(reference.into()) {
                Some(Object::Array(kids)) => self.elements(&kids),
                _ => self.element(reference).into_iter().filter(is_element).collect(),
            },
            Some(MaybeRef::NotRef(Object::Array(kids))) => self.elements(&kids),
            _ => Vec::new(),
        }
    }

    fn elements(&self, kids: &Array<'a>) -> Vec<(Id, Dict<'a>)> {
        let references = kids.raw_iter().take(MAX_CHILDREN).filter_map(|kid| kid.as_obj_ref());
        references.filter_map(|kid| self.element(kid)).filter(|(_, dict)| dict.contains_key("S")).collect()
    }

    /// The number of a cell among its row's cells.
    fn place(&mut self, row: &Dict<'a>, row_id: Id, cell: Id) -> Option<u32> {
        if let Some((of, number)) = self.places.get(&cell)
            && *of == row_id
        {
            return Some(*number);
        }
        for ((id, _), number) in self.children(row).into_iter().zip(0..) {
            self.places.insert(id, (row_id, number));
        }
        self.places.get(&cell).filter(|(of, _)| *of == row_id).map(|(_, number)| *number)
    }
}

/// RowSpan and ColSpan among the attributes of a cell.
fn spans(cell: &Dict<'_>) -> (u32, u32) {
    let mut spans = (1, 1);
    let mut take = |attributes: &Dict<'_>| {
        let number = |key: &str| attributes.get::<Number>(key).and_then(|n| u32::try_from(n.as_i64()).ok());
        spans.0 = number("RowSpan").unwrap_or(spans.0).clamp(1, 10_000);
        spans.1 = number("ColSpan").unwrap_or(spans.1).clamp(1, 1_000);
    };
    match cell.get::<Object<'_>>("A") {
        Some(Object::Dict(attributes)) => take(&attributes),
        Some(Object::Array(several)) => several.iter::<Dict<'_>>().take(32).for_each(|a| take(&a)),
        _ => {}
    }
    spans
}

/// The value of a key in a number tree (7.9.7), found by the limits of its nodes.
fn number_tree<'a>(root: &Dict<'a>, key: i64, xref: &'a XRef) -> Option<Array<'a>> {
    let mut node = root.clone();
    for _ in 0..MAX_DEPTH {
        if let Some(numbers) = node.get::<Array<'a>>("Nums") {
            let mut items = numbers.raw_iter();
            // Values stay unread until the key is found: there is one for each page.
            while let (Some(number), Some(value)) = (items.next(), items.next()) {
                if matches!(&number, MaybeRef::NotRef(Object::Number(n)) if n.as_i64() == key) {
                    return match value {
                        MaybeRef::Ref(reference) => xref.get::<Array<'a>>(reference.into()),
                        MaybeRef::NotRef(object) => object.into_array(),
                    };
                }
            }
        }
        let kids = node.get::<Array<'a>>("Kids")?;
        node = kids.iter::<Dict<'a>>().find(|kid| {
            let limits: Vec<i64> = kid
                .get::<Array<'_>>("Limits")
                .map(|l| l.iter::<Number>().map(|n| n.as_i64()).collect())
                .unwrap_or_default();
            matches!(limits.as_slice(), [low, high] if (*low..=*high).contains(&key))
        })?;
    }
    None
}
