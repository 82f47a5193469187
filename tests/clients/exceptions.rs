//! What a cell lacks, and why: the lines of `exceptions.tsv`.

use crate::Cell;

/// All lines.
pub struct Exceptions(Vec<Exception>);

/// One line.
pub struct Exception {
    /// Begins the names of the clients that it is about, or is all of it before a `$`; `*` is all of them.
    client: &'static str,
    /// Begins the names of the backends; `*` is all of them.
    backend: &'static str,
    step: &'static str,
    /// Occurs in what the step came to.
    says: &'static str,
    /// For the reader of the table.
    pub reason: &'static str,
}

impl Exceptions {
    pub fn read() -> Self {
        let lines = include_str!("exceptions.tsv").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self(
            lines
                .map(|line| {
                    let parts: Vec<&str> = line.split('\t').collect();
                    let [client, backend, step, says, reason] = parts[..] else { panic!("five columns: {line}") };
                    Exception { client, backend, step, says, reason }
                })
                .collect(),
        )
    }

    /// The line for a step of a cell that came to this.
    pub fn find(&self, cell: &Cell, step: &str, result: &str) -> Option<&Exception> {
        self.0.iter().find(|one| one.is_for(cell, step) && result.contains(one.says))
    }

    /// What is wrong and stands in no line.
    pub fn unexplained(&self, cells: &[Cell]) -> Vec<String> {
        let mut problems = Vec::new();
        for cell in cells {
            for (step, result) in &cell.wrong {
                if self.find(cell, step, result).is_none() {
                    problems.push(format!("{} before {}: {step}: {result:?}", cell.client, cell.backend));
                }
            }
        }
        problems
    }

    /// Lines that nothing needs.
    pub fn unneeded(&self, cells: &[Cell]) -> Vec<String> {
        let mut problems = Vec::new();
        for one in &self.0 {
            let is_needed = cells.iter().any(|cell| {
                cell.wrong.iter().any(|(step, result)| one.is_for(cell, step) && result.contains(one.says))
            });
            if !is_needed {
                problems.push(format!("nothing needs the line {}, {}, {}", one.client, one.backend, one.step));
            }
        }
        problems
    }
}

impl Exception {
    fn is_for(&self, cell: &Cell, step: &str) -> bool {
        let fits = |pattern: &str, name: &str| match pattern.strip_suffix('$') {
            Some(whole) => name == whole,
            None => pattern == "*" || name.starts_with(pattern),
        };
        fits(self.client, cell.client) && fits(self.backend, cell.backend) && self.step == step
    }
}
