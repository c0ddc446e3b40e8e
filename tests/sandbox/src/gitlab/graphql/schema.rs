//! The schema as a table: `schema.graphql`, read once.

use std::collections::HashMap;
use std::sync::OnceLock;

use graphql_parser::schema::{Definition, Directive, Field, Type, TypeDefinition, Value};
use serde_json::{Map, Value as Json};

use crate::gitlab::Version;

/// The greatest page of a connection that has no other limit.
const PAGE: u64 = 100;

/// An argument.
pub(super) struct Argument {
    pub(super) name: String,
    /// As in the schema: `[String!]!`.
    pub(super) kind: String,
    since: u32,
}

/// A field.
pub(super) struct FieldDef {
    pub(super) arguments: Vec<Argument>,
    /// The name of its type, without list and non-null marks.
    pub(super) kind: String,
    since: u32,
    gitaly: bool,
    resolver: bool,
    cost: Option<u64>,
    per_item: Option<String>,
    if_given: Option<(String, u64)>,
    page: u64,
}

/// All types and their fields.
pub(super) struct Schema {
    types: HashMap<String, HashMap<String, FieldDef>>,
}

impl Schema {
    /// The schema.
    pub(super) fn get() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| Self::read(include_str!("schema.graphql")))
    }

    fn read(text: &str) -> Self {
        let document =
            graphql_parser::parse_schema::<String>(text).expect("the schema beside this file is well-formed");
        let objects = document.definitions.into_iter().filter_map(|definition| match definition {
            Definition::TypeDefinition(TypeDefinition::Object(object)) => Some(object),
            _ => None,
        });
        let objects = objects.map(|object| {
            let fields = object.fields.iter().map(|field| (field.name.clone(), read_field(field)));
            (object.name, fields.collect())
        });
        Self { types: objects.collect() }
    }

    /// Whether a type has fields; the others are leaves.
    pub(super) fn is_object(&self, kind: &str) -> bool {
        self.types.contains_key(kind)
    }

    /// A field of a type, if that version has it.
    pub(super) fn field(&self, kind: &str, name: &str, version: Version) -> Option<&FieldDef> {
        self.types.get(kind)?.get(name).filter(|field| field.since <= version.major())
    }
}

fn read_field(field: &Field<'_, String>) -> FieldDef {
    let on = |name: &str| field.directives.iter().find(|directive| directive.name == name);
    let if_given = on("ifGiven").map(|directive| (text(directive, "argument"), number(directive, "cost")));
    let arguments = field.arguments.iter().map(|argument| Argument {
        name: argument.name.clone(),
        kind: argument.value_type.to_string(),
        since: since(&argument.directives),
    });
    FieldDef {
        arguments: arguments.collect(),
        kind: named(&field.field_type).to_owned(),
        since: since(&field.directives),
        gitaly: on("gitaly").is_some(),
        resolver: on("resolver").is_some(),
        cost: on("cost").map(|directive| number(directive, "value")),
        per_item: on("perItem").map(|directive| text(directive, "argument")),
        if_given,
        page: on("page").map_or(PAGE, |directive| number(directive, "size")),
    }
}

fn named<'a>(kind: &'a Type<'_, String>) -> &'a str {
    match kind {
        Type::NamedType(name) => name,
        Type::ListType(inner) | Type::NonNullType(inner) => named(inner),
    }
}

fn since(directives: &[Directive<'_, String>]) -> u32 {
    let since = directives.iter().find(|directive| directive.name == "since");
    since.map_or(0, |directive| u32::try_from(number(directive, "version")).unwrap_or(u32::MAX))
}

fn argument<'a, 'b>(directive: &'a Directive<'b, String>, name: &str) -> Option<&'a Value<'b, String>> {
    directive.arguments.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

fn number(directive: &Directive<'_, String>, name: &str) -> u64 {
    match argument(directive, name) {
        Some(Value::Int(number)) => number.as_i64().and_then(|number| u64::try_from(number).ok()).unwrap_or_default(),
        _ => 0,
    }
}

fn text(directive: &Directive<'_, String>, name: &str) -> String {
    match argument(directive, name) {
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}

impl FieldDef {
    /// An argument, if that version has it.
    pub(super) fn argument(&self, name: &str, version: Version) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name == name && argument.since <= version.major())
    }

    /// Whether it is a list by pages.
    pub(super) fn is_connection(&self) -> bool {
        self.kind.ends_with("Connection")
    }

    /// How many elements a page has.
    pub(super) fn page(&self, arguments: &Map<String, Json>) -> u64 {
        let asked = ["first", "last"].into_iter().filter_map(|name| arguments.get(name).and_then(Json::as_u64)).min();
        asked.map_or(self.page, |asked| asked.min(self.page))
    }

    /// What the field costs with its children (facts, 3: Cost rule).
    pub(super) fn cost(&self, arguments: &Map<String, Json>, children: u64) -> u64 {
        let given = |name: &str| arguments.get(name).is_some_and(|value| !value.is_null());
        if let Some(cost) = self.cost {
            return cost + children;
        }
        let gitaly = u64::from(self.gitaly);
        if !self.resolver {
            return 1 + gitaly + children;
        }
        let items =
            self.per_item.as_ref().and_then(|name| arguments.get(name)).and_then(Json::as_array).map_or(0, Vec::len);
        let extra = self.if_given.as_ref().filter(|(name, _)| given(name)).map_or(0, |(_, cost)| *cost);
        let resolver = 1 + u64::from(given("sort")) + 5 * u64::from(given("search")) + items as u64 + extra;
        let whole = children + resolver + gitaly;
        if self.is_connection() { whole + whole * self.page(arguments) / 100 } else { whole }
    }
}
