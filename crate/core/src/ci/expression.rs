//! The language of `if:` and `variables:` clauses: `$NAME`, strings, `null`, `/regular expressions/`, `==`, `!=`,
//! `=~`, `!~`, `&&`, `||`, `!` and parentheses; `&&` binds closer than `||`.
//!
//! As in GitLab's `Pipeline::Expression`, `&&` and `||` give one of their sides, in Ruby's sense of truth: only null and
//! false are false there, the whole is true if it is *present*, and so `$EMPTY || "x"` is not. A variable may be set
//! outside the repository: the answer can be [`Tri::Unknown`].

use super::pattern;

/// Yes, no, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tri {
    Yes,
    No,
    Unknown,
}

impl Tri {
    pub(super) fn and(self, other: Tri) -> Tri {
        match (self, other) {
            (Tri::No, _) | (_, Tri::No) => Tri::No,
            (Tri::Yes, Tri::Yes) => Tri::Yes,
            _ => Tri::Unknown,
        }
    }

    pub(super) fn or(self, other: Tri) -> Tri {
        match (self, other) {
            (Tri::Yes, _) | (_, Tri::Yes) => Tri::Yes,
            (Tri::No, Tri::No) => Tri::No,
            _ => Tri::Unknown,
        }
    }
}

impl From<bool> for Tri {
    fn from(value: bool) -> Self {
        if value { Tri::Yes } else { Tri::No }
    }
}

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    Unset,
    Known(String),
    Unknown,
}

/// The limits of an expression: bytes, and parentheses in parentheses.
const MAX_LENGTH: usize = 10_000;
const MAX_DEPTH: usize = 50;

/// Whether an expression is true; an error says what is wrong with it. GitLab takes such a file for invalid, or the
/// expression for false.
pub(super) fn evaluate(text: &str, lookup: &dyn Fn(&str) -> Lookup) -> Result<Tri, String> {
    if text.len() > MAX_LENGTH {
        return Err("it is too long".into());
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, lookup };
    let value = parser.or()?;
    match parser.tokens.get(parser.at) {
        None => Ok(value.present()),
        Some(token) => Err(format!("{} is not expected there", token.show())),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Text(String),
    Pattern(String),
    Variable(String),
    Null,
    Operator(&'static str),
}

impl Token {
    fn show(&self) -> String {
        match self {
            Token::Text(text) => format!("\"{text}\""),
            Token::Pattern(text) => text.clone(),
            Token::Variable(name) => format!("${name}"),
            Token::Null => "null".into(),
            Token::Operator(operator) => (*operator).to_owned(),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    const OPERATORS: [&str; 9] = ["==", "!=", "=~", "!~", "&&", "||", "(", ")", "!"];
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let operator = OPERATORS.into_iter().find(|operator| rest.starts_with(operator));
        let (token, length) = match (first, operator) {
            (_, Some(operator)) => (Token::Operator(operator), operator.len()),
            ('"' | '\'', _) => {
                let inner = rest.get(1..).and_then(|inner| inner.split_once(first)).map(|(inner, _)| inner);
                let inner = inner.ok_or("a quote is not closed")?;
                (Token::Text(inner.to_owned()), inner.len() + 2)
            }
            ('/', _) => {
                let end = closing_slash(rest).ok_or("a regular expression is not closed")?;
                let flags =
                    rest.get(end..).unwrap_or_default().bytes().take_while(|byte| b"ismU".contains(byte)).count();
                (Token::Pattern(rest.get(..end + flags).unwrap_or_default().to_owned()), end + flags)
            }
            ('$', _) => {
                let name = super::shell::name_of(rest.get(1..).unwrap_or_default());
                if name.is_empty() {
                    return Err("a variable has no name".into());
                }
                (Token::Variable(name.to_owned()), name.len() + 1)
            }
            _ if super::shell::name_of(rest) == "null" => (Token::Null, 4),
            _ => return Err(format!("`{}` is not understood", rest.chars().take(20).collect::<String>())),
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    Ok(tokens)
}

/// The position after the slash that closes a regular expression.
fn closing_slash(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'/' if !escaped => return Some(at + 1),
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Null,
    Text(String),
    Bool(bool),
    /// Text or nothing.
    Unknown,
    /// True or false.
    UnknownBool,
}

impl Value {
    /// Ruby's `present?`.
    fn present(&self) -> Tri {
        match self {
            Value::Null => Tri::No,
            Value::Bool(value) => Tri::from(*value),
            Value::Text(text) => Tri::from(!text.trim().is_empty()),
            Value::Unknown | Value::UnknownBool => Tri::Unknown,
        }
    }

    /// Ruby's truth; `None` where it is not known.
    fn truth(&self) -> Option<bool> {
        match self {
            Value::Null => Some(false),
            Value::Bool(value) => Some(*value),
            Value::Text(_) => Some(true),
            Value::Unknown | Value::UnknownBool => None,
        }
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
    lookup: &'t dyn Fn(&str) -> Lookup,
}

impl Parser<'_> {
    fn operator(&mut self, among: &[&str]) -> Option<&'static str> {
        match self.tokens.get(self.at) {
            Some(Token::Operator(operator)) if among.contains(operator) => {
                self.at += 1;
                Some(operator)
            }
            _ => None,
        }
    }

    fn or(&mut self) -> Result<Value, String> {
        let mut left = self.and()?;
        while self.operator(&["||"]).is_some() {
            let right = self.and()?;
            left = match left.truth() {
                Some(true) => left,
                Some(false) => right,
                // Text that is not known may be empty, which is true to Ruby but not present.
                None if left == Value::UnknownBool && right.present() == Tri::Yes => right,
                None => Value::UnknownBool,
            };
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Value, String> {
        let mut left = self.comparison()?;
        while self.operator(&["&&"]).is_some() {
            let right = self.comparison()?;
            left = match left.truth() {
                Some(true) => right,
                Some(false) => left,
                None if right.present() == Tri::No => Value::Bool(false),
                None => Value::UnknownBool,
            };
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Value, String> {
        let mut left = self.primary()?;
        while let Some(operator) = self.operator(&["==", "!=", "=~", "!~"]) {
            let right = self.primary()?;
            let negated = operator.starts_with('!');
            let result = if operator.ends_with('=') { equal(&left, &right) } else { Self::matches(&left, &right)? };
            left = match result {
                Tri::Yes => Value::Bool(!negated),
                Tri::No => Value::Bool(negated),
                Tri::Unknown => Value::UnknownBool,
            };
        }
        Ok(left)
    }

    fn matches(text: &Value, expression: &Value) -> Result<Tri, String> {
        let found = match (text, expression) {
            // GitLab: nothing to match with is no match, and `!~` then is.
            (_, Value::Null | Value::Bool(false)) => return Ok(Tri::No),
            (Value::Unknown | Value::UnknownBool, Value::Text(expression)) => {
                return match pattern::search(expression, "") {
                    Some(_) => Ok(Tri::Unknown),
                    None => Err(format!("{expression} is no regular expression")),
                };
            }
            (_, Value::Unknown | Value::UnknownBool) => return Ok(Tri::Unknown),
            (Value::Text(text), Value::Text(expression)) => (pattern::search(expression, text), expression),
            (_, Value::Text(expression)) => (pattern::search(expression, ""), expression),
            (_, Value::Bool(true)) => return Err("true is no regular expression".into()),
        };
        found.0.map(Tri::from).ok_or_else(|| format!("{} is no regular expression", found.1))
    }

    fn primary(&mut self) -> Result<Value, String> {
        let token = self.tokens.get(self.at).ok_or("it ends too early")?;
        self.at += 1;
        Ok(match token {
            Token::Null => Value::Null,
            Token::Text(text) | Token::Pattern(text) => Value::Text(text.clone()),
            Token::Variable(name) => match (self.lookup)(name) {
                Lookup::Unset => Value::Null,
                Lookup::Known(text) => Value::Text(text),
                Lookup::Unknown => Value::Unknown,
            },
            Token::Operator("!") => {
                self.nest()?;
                let value = self.primary()?;
                self.depth -= 1;
                match value.present() {
                    Tri::Yes => Value::Bool(false),
                    Tri::No => Value::Bool(true),
                    Tri::Unknown => Value::UnknownBool,
                }
            }
            Token::Operator("(") => {
                self.nest()?;
                let value = self.or()?;
                self.depth -= 1;
                self.operator(&[")"]).ok_or("a parenthesis is not closed")?;
                value
            }
            Token::Operator(operator) => return Err(format!("{operator} is not expected there")),
        })
    }

    fn nest(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err("it is nested too deep".into()) } else { Ok(()) }
    }
}

fn equal(left: &Value, right: &Value) -> Tri {
    match (left, right) {
        (Value::Unknown | Value::UnknownBool, _) | (_, Value::Unknown | Value::UnknownBool) => Tri::Unknown,
        (left, right) => Tri::from(left == right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// $A is "a", $E is empty, $R is a regular expression, $N is not set, $U is not known.
    fn eval(text: &str) -> &'static str {
        let lookup = |name: &str| match name {
            "A" => Lookup::Known("a".into()),
            "E" => Lookup::Known(String::new()),
            "R" => Lookup::Known("/^a$/".into()),
            "CI_COMMIT_TAG" => Lookup::Known("1.2.3".into()),
            "N" => Lookup::Unset,
            _ => Lookup::Unknown,
        };
        match evaluate(text, &lookup) {
            Ok(Tri::Yes) => "yes",
            Ok(Tri::No) => "no",
            Ok(Tri::Unknown) => "unknown",
            Err(_) => "error",
        }
    }

    macro_rules! cases {
        ($($name:ident: $text:expr => $want:expr;)*) => { $(#[test] fn $name() { assert_eq!(eval($text), $want); })* };
    }

    cases! {
        set: "$A" => "yes";
        empty: "$E" => "no";
        not_set: "$N" => "no";
        not_known: "$U" => "unknown";
        equal_text: "$A == \"a\"" => "yes";
        equal_single_quotes: "$A == 'a'" => "yes";
        equal_other: "$A == 'b'" => "no";
        not_equal: "$A != 'b'" => "yes";
        not_set_is_null: "$N == null" => "yes";
        empty_is_not_null: "$E == null" => "no";
        empty_is_the_empty_string: "$E == ''" => "yes";
        set_is_not_null: "$A != null" => "yes";
        unknown_comparison: "$U == 'x'" => "unknown";
        variable_with_variable: "$A == $A" => "yes";
        text_first: "'a' == $A" => "yes";
        pattern: "$A =~ /^a/" => "yes";
        pattern_no: "$A =~ /^b/" => "no";
        pattern_flag: "$A =~ /^A/i" => "yes";
        pattern_not: "$A !~ /^b/" => "yes";
        pattern_of_nothing: "$N =~ /x/" => "no";
        pattern_of_nothing_can_match: "$N =~ /^$/" => "yes";
        pattern_in_a_variable: "$A =~ $R" => "yes";
        pattern_in_an_unset_variable: "$A =~ $N" => "no";
        pattern_not_in_an_unset_variable: "$A !~ $N" => "yes";
        pattern_that_is_none: "$A =~ 'a'" => "error";
        pattern_that_is_invalid: "$A =~ /(/" => "error";
        pattern_of_unknown: "$U =~ /x/" => "unknown";
        pattern_with_escaped_slash: r"$A =~ /a\/b|a/" => "yes";
        renku_pinned: r"$CI_COMMIT_TAG =~ /^\d+\.\d+\.\d+/" => "yes";
        and_both: "$A && $A" => "yes";
        and_one: "$A && $N" => "no";
        and_unknown: "$A && $U" => "unknown";
        and_unknown_no: "$U && $N" => "no";
        or_one: "$N || $A" => "yes";
        or_unknown_yes: "$U == 'x' || $A" => "yes";
        or_none: "$N || $N" => "no";
        and_binds_closer: "$A || $N && $N" => "yes";
        and_binds_closer_left: "$N && $N || $A" => "yes";
        parentheses: "($A || $N) && $N" => "no";
        nested_parentheses: "((($A)))" => "yes";
        empty_or_is_not_present: "$E || 'x'" => "no";
        empty_and: "$E && 'x'" => "yes";
        negation: "!$N" => "yes";
        negation_of_a_group: "!($A == 'a')" => "no";
        no_spaces: "$A==\"a\"&&$N==null" => "yes";
        no_expression: "" => "error";
        no_right_side: "$A ==" => "error";
        two_values: "$A $A" => "error";
        open_parenthesis: "($A" => "error";
        open_quote: "$A == 'a" => "error";
        word: "A == 'a'" => "error";
        deep: &"(".repeat(200) => "error";
        many_negations: &"!".repeat(200) => "error";
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "[$A-C'\"/=~!&|() nul\\\\é]{0,60}") {
            eval(&text);
        }
    }
}
