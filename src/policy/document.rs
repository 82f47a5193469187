//! Reading a TOML file so that every problem in it is told at once, each with
//! the file, the line and the column.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::near::did_you_mean;

/// One thing that is wrong with a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1; 0 if the file as a whole is meant.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return write!(f, "{}: {}", self.file, self.message);
        }
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

/// A file being read, with what was found wrong so far.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    file: &'t str,
    text: &'t str,
    line_starts: Vec<usize>,
    problems: RefCell<Vec<Problem>>,
}

/// A piece of the file with the place where it stands.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// A table of the file. Each key is asked for by name; [`Section::finish`]
/// reports those that nobody asked for.
#[derive(Debug)]
pub(crate) struct Section<'d, 't> {
    document: &'d Document<'t>,
    table: &'d DeTable<'t>,
    /// Where the table stands.
    pub(crate) span: Range<usize>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t> Document<'t> {
    pub(crate) fn new(file: &'t str, text: &'t str) -> Self {
        let line_starts = text.match_indices('\n').map(|(end, _)| end + 1).collect();
        Self { file, text, line_starts, problems: RefCell::new(Vec::new()) }
    }

    /// The name of the file.
    pub(crate) const fn file(&self) -> &'t str {
        self.file
    }

    /// Parses the text. Errors of the syntax are problems like all others; what
    /// could be read is given all the same.
    pub(crate) fn parse(&self) -> Spanned<DeTable<'t>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            self.problem(&error.span().unwrap_or(0..0), error.message().to_owned());
        }
        table
    }

    /// The root of what [`Document::parse`] gave.
    pub(crate) fn root<'d>(&'d self, table: &'d Spanned<DeTable<'t>>) -> Section<'d, 't> {
        Section { document: self, table: table.get_ref(), span: 0..0, asked: RefCell::new(Vec::new()) }
    }

    /// Notes a problem with the place where it stands.
    pub(crate) fn problem(&self, span: &Range<usize>, message: String) {
        let (line, column) = self.place(span.start);
        self.problems.borrow_mut().push(Problem { file: self.file.to_owned(), line, column, message });
    }

    /// Line and column of a byte, both from 1.
    pub(crate) fn place(&self, offset: usize) -> (usize, usize) {
        let above = self.line_starts.partition_point(|start| *start <= offset);
        let start = above.checked_sub(1).and_then(|last| self.line_starts.get(last)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        (above + 1, column + 1)
    }

    /// Everything that was wrong, in the order of the file.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    }
}

impl<'d, 't> Section<'d, 't> {
    pub(crate) fn document(&self) -> &'d Document<'t> {
        self.document
    }

    fn get(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    /// A string, if the key is there.
    pub(crate) fn string(&self, key: &'static str) -> Option<At<&'d str>> {
        let value = self.get(key)?;
        let text = self.expect(value, value.get_ref().as_str(), &format!("{key} must be a string"))?;
        Some(At { value: text, span: value.span() })
    }

    /// A string that must be there.
    pub(crate) fn required(&self, key: &'static str) -> Option<At<&'d str>> {
        let found = self.string(key);
        if found.is_none() && self.table.get(key).is_none() {
            self.document.problem(&self.span, format!("{key} is missing"));
        }
        found
    }

    /// One string, or a list of them.
    pub(crate) fn strings(&self, key: &'static str) -> Vec<At<&'d str>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let expected = format!("{key} must be a string or a list of strings");
        let Some(list) = value.get_ref().as_array() else {
            let text = self.expect(value, value.get_ref().as_str(), &expected);
            return text.map(|text| At { value: text, span: value.span() }).into_iter().collect();
        };
        list.iter()
            .filter_map(|item| {
                let text = self.expect(item, item.get_ref().as_str(), &expected)?;
                Some(At { value: text, span: item.span() })
            })
            .collect()
    }

    /// A decimal integer, if the key is there.
    pub(crate) fn integer(&self, key: &'static str) -> Option<At<i64>> {
        let value = self.get(key)?;
        let number = value.get_ref().as_integer().and_then(|int| i64::from_str_radix(int.as_str(), int.radix()).ok());
        let number = self.expect(value, number, &format!("{key} must be an integer"))?;
        Some(At { value: number, span: value.span() })
    }

    /// `true` or `false`, if the key is there.
    pub(crate) fn boolean(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        self.expect(value, value.get_ref().as_bool(), &format!("{key} must be true or false"))
    }

    /// One string or number, or a list of them, as text.
    pub(crate) fn texts(&self, key: &'static str) -> Vec<At<&'d str>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let expected = format!("{key} must be a string or a number, or a list of them");
        let text = |value: &'d Spanned<DeValue<'t>>| {
            let inner = value.get_ref();
            let number = inner.as_integer().filter(|int| int.radix() == 10).map(|int| int.as_str());
            let number = number.or_else(|| inner.as_float().map(|float| float.as_str()));
            let text = self.expect(value, inner.as_str().or(number), &expected)?;
            Some(At { value: text, span: value.span() })
        };
        match value.get_ref().as_array() {
            Some(list) => list.iter().filter_map(text).collect(),
            None => text(value).into_iter().collect(),
        }
    }

    /// True if the key is there with a table.
    pub(crate) fn is_table(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| value.get_ref().as_table().is_some())
    }

    /// True if the key is there.
    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.asked.borrow_mut().push(key);
        self.table.contains_key(key)
    }

    /// A table, if the key is there.
    pub(crate) fn table(&self, key: &'static str) -> Option<Self> {
        let value = self.get(key)?;
        let table = self.expect(value, value.get_ref().as_table(), &format!("{key} must be a table"))?;
        Some(self.section(table, value.span()))
    }

    /// The tables of `[[key]]`.
    pub(crate) fn tables(&self, key: &'static str) -> Vec<Self> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let expected = format!("{key} must be a list of tables, as in [[{key}]]");
        let Some(list) = self.expect(value, value.get_ref().as_array(), &expected) else { return Vec::new() };
        list.iter()
            .filter_map(|item| {
                let table = self.expect(item, item.get_ref().as_table(), &expected)?;
                Some(self.section(table, item.span()))
            })
            .collect()
    }

    /// All keys of the table, with their values as strings where they are.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (At<&'d str>, &'d DeValue<'t>)> {
        self.table.iter().map(|(key, value)| (At { value: key.get_ref().as_ref(), span: key.span() }, value.get_ref()))
    }

    /// Reports the keys that nobody asked for.
    pub(crate) fn finish(self) {
        let asked = self.asked.into_inner();
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if !asked.contains(&name) {
                let offer = did_you_mean(name, asked.iter().copied());
                self.document.problem(&key.span(), format!("unknown key \"{name}\"{offer}"));
            }
        }
    }

    fn section(&self, table: &'d DeTable<'t>, span: Range<usize>) -> Self {
        Self { document: self.document, table, span, asked: RefCell::new(Vec::new()) }
    }

    fn expect<T>(&self, value: &Spanned<DeValue<'t>>, read: Option<T>, expected: &str) -> Option<T> {
        if read.is_none() {
            let found = value.get_ref().type_str();
            self.document.problem(&value.span(), format!("{expected}, not {found}"));
        }
        read
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_told_with_its_line_and_column() {
        let document = Document::new("x.toml", "name = 3\ntitel = \"t\"\n[[row]]\na = true\n");
        let table = document.parse();
        let root = document.root(&table);
        assert!(root.required("name").is_none());
        assert!(root.required("title").is_none());
        for row in root.tables("row") {
            assert!(row.required("b").is_none());
            row.finish();
        }
        root.finish();
        let problems: Vec<String> = document.into_problems().iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "x.toml:1:1: title is missing",
                "x.toml:1:8: name must be a string, not integer",
                "x.toml:2:1: unknown key \"titel\"; did you mean \"title\"?",
                "x.toml:3:1: b is missing",
                "x.toml:4:1: unknown key \"a\"",
            ]
        );
    }

    #[test]
    fn broken_syntax_is_a_problem_and_not_the_end() {
        let document = Document::new("x.toml", "a = \nb = 2\nc = 'x\n");
        let table = document.parse();
        let root = document.root(&table);
        assert_eq!(root.integer("b").unwrap().value, 2);
        assert_eq!(document.into_problems().len(), 2);
    }
}
