//! The structure tree of a tagged file, asked page by page: from each piece of marked content upward to the cell, row
//! and table that it is in (ISO 32000-1, 14.7.4.4 and 14.8.4.3.4).

use crate::model::{Page, Role, Tag, TaggedCell};
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Number, ObjRef, Object};
use hayro_syntax::xref::XRef;
use rustc_hash::{FxHashMap, FxHashSet};

/// Deepest way from a piece of content up to its table, and deepest tree of parents.
const MAX_DEPTH: usize = 64;
/// Most children of one element that are looked through for a row's number.
const MAX_CHILDREN: usize = 200_000;

type Id = (u32, i32);

/// Ways from marked content to roles.
pub(super) struct Structure<'a> {
    xref: &'a XRef,
    /// What each page's marked content belongs to, by the page's key; read when first asked for.
    parents: Option<FxHashMap<i64, MaybeRef<Object<'a>>>>,
    parent_tree: Option<Dict<'a>>,
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
            parents: None,
            parent_tree: root.as_ref().and_then(|root| root.get::<Dict<'a>>("ParentTree")),
            roles: root.as_ref().and_then(|root| root.get::<Dict<'a>>("RoleMap")),
            known: FxHashMap::default(),
            places: FxHashMap::default(),
        }
    }

    /// What the tree says of the marked content of a page, sorted by mark.
    pub(super) fn tags(&mut self, page: &Dict<'a>, read: &Page) -> Vec<Tag> {
        let Some(tree) = &self.parent_tree else { return Vec::new() };
        let Some(key) = page.get::<Number>("StructParents").map(|n| n.as_i64()) else { return Vec::new() };
        let parents = self.parents.get_or_insert_with(|| number_tree(tree, self.xref));
        let elements = match parents.get(&key) {
            Some(MaybeRef::Ref(reference)) => self.xref.get::<Array<'a>>((*reference).into()),
            Some(MaybeRef::NotRef(Object::Array(elements))) => Some(elements.clone()),
            _ => None,
        };
        let Some(elements) = elements else { return Vec::new() };
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

    /// The role of an element by what it is and what it lies in. Every element on the way up is remembered: the upper
    /// ones have thousands of children, and reading them for each would cost the square of that.
    fn role(&mut self, reference: ObjRef) -> Option<Role> {
        let mut way = Vec::new();
        let mut next = Some(reference);
        let mut role = None;
        while let Some(reference) = next.take().filter(|_| way.len() < MAX_DEPTH) {
            let id = (reference.obj_number, reference.gen_number);
            if let Some(known) = self.known.get(&id) {
                role = *known;
                break;
            }
            let Some((_, element)) = self.element(reference) else { break };
            let kind = self.kind(&element);
            let settled = match kind.as_slice() {
                b"TD" | b"TH" => Some(self.cell(&element, id, kind == b"TH").map(Role::Cell)),
                [b'H', level @ b'1'..=b'6'] => Some(Some(Role::Heading(level - b'0'))),
                b"H" | b"Title" => Some(Some(Role::Heading(1))),
                b"Table" | b"Document" | b"StructTreeRoot" => Some(None),
                _ => None,
            };
            if let Some(settled) = settled {
                role = settled;
                self.known.insert(id, settled);
                break;
            }
            let is_block = matches!(kind.as_slice(), b"P" | b"LI" | b"Caption" | b"TOCI" | b"Note");
            way.push((id, is_block.then_some(Role::Block(id.0))));
            next = element.get_ref("P");
        }
        for (id, block) in way.into_iter().rev() {
            if !matches!(role, Some(Role::Cell(_) | Role::Heading(_))) {
                role = block.or(role);
            }
            self.known.insert(id, role);
        }
        role
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
        let (row_id, ordinal) = match self.places.get(&id) {
            Some(place) => *place,
            None => {
                let (row_id, row) = self.parent(cell).filter(|(_, row)| self.kind(row) == b"TR")?;
                (row_id, self.place(&row, row_id, id)?)
            }
        };
        let (table_id, number) = match self.places.get(&row_id) {
            Some(place) => *place,
            None => {
                let (_, row) = self.parent(cell)?;
                let (table_id, table) = self.table_of(&row)?;
                (table_id, self.row_number(&table, table_id, row_id)?)
            }
        };
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

/// All entries of a number tree (7.9.7), unread: one for each page.
fn number_tree<'a>(root: &Dict<'a>, xref: &'a XRef) -> FxHashMap<i64, MaybeRef<Object<'a>>> {
    let mut entries = FxHashMap::default();
    let mut visited = FxHashSet::default();
    let mut open = vec![root.clone()];
    while let Some(node) = open.pop().filter(|_| visited.len() < MAX_CHILDREN) {
        if let Some(numbers) = node.get::<Array<'a>>("Nums") {
            let mut items = numbers.raw_iter();
            while let (Some(number), Some(value)) = (items.next(), items.next()) {
                if let MaybeRef::NotRef(Object::Number(number)) = number
                    && entries.len() < MAX_CHILDREN
                {
                    entries.insert(number.as_i64(), value);
                }
            }
        }
        for kid in node.get::<Array<'a>>("Kids").iter().flat_map(|kids| kids.raw_iter()) {
            match kid {
                MaybeRef::Ref(reference) if visited.insert((reference.obj_number, reference.gen_number)) => {
                    open.extend(xref.get::<Dict<'a>>(reference.into()));
                }
                MaybeRef::NotRef(Object::Dict(kid)) if visited.len() < MAX_CHILDREN => open.push(kid),
                _ => {}
            }
        }
    }
    entries
}
