//! `$((…))`: whole numbers, `+ - * / %`, comparisons and brackets.

/// The value of an expression; anything odd in it counts as zero.
pub(super) fn evaluate(text: &str, variable: impl Fn(&str) -> String) -> i64 {
    let mut expression = Expression {
        chars: text.chars().filter(|c| !c.is_whitespace()).collect(),
        at: 0,
        depth: 0,
        variable: &variable,
    };
    expression.comparison()
}

struct Expression<'a> {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    variable: &'a dyn Fn(&str) -> String,
}

impl Expression<'_> {
    fn comparison(&mut self) -> i64 {
        let left = self.sum();
        for (operator, holds) in COMPARISONS {
            if self.take(operator) {
                let right = self.sum();
                return i64::from(holds(&left, &right));
            }
        }
        left
    }

    fn sum(&mut self) -> i64 {
        let mut value = self.product();
        loop {
            if self.take("+") {
                value = value.wrapping_add(self.product());
            } else if self.take("-") {
                value = value.wrapping_sub(self.product());
            } else {
                return value;
            }
        }
    }

    fn product(&mut self) -> i64 {
        let mut value = self.atom();
        loop {
            if self.take("*") {
                value = value.wrapping_mul(self.atom());
            } else if self.take("/") {
                value = value.checked_div(self.atom()).unwrap_or(0);
            } else if self.take("%") {
                value = value.checked_rem(self.atom()).unwrap_or(0);
            } else {
                return value;
            }
        }
    }

    fn atom(&mut self) -> i64 {
        let mut negative = false;
        while self.take("-") {
            negative = !negative;
        }
        let value = if self.depth < 32 && self.take("(") {
            self.depth += 1;
            let value = self.comparison();
            self.depth -= 1;
            self.take(")");
            value
        } else {
            self.take("$");
            let word = self.word();
            word.parse().or_else(|_| (self.variable)(&word).trim().parse()).unwrap_or(0)
        };
        if negative { value.wrapping_neg() } else { value }
    }

    fn word(&mut self) -> String {
        let rest = self.chars.iter().skip(self.at);
        let word: String = rest.take_while(|c| c.is_ascii_alphanumeric() || **c == '_').collect();
        self.at += word.len();
        word
    }

    fn take(&mut self, operator: &str) -> bool {
        let rest = self.chars.iter().skip(self.at);
        let matches = rest.take(operator.len()).copied().eq(operator.chars());
        if matches {
            self.at += operator.len();
        }
        matches
    }
}

type Comparison = (&'static str, fn(&i64, &i64) -> bool);

/// Longer operators come first.
const COMPARISONS: [Comparison; 6] =
    [("<=", i64::le), (">=", i64::ge), ("==", i64::eq), ("!=", i64::ne), ("<", i64::lt), (">", i64::gt)];

#[cfg(test)]
mod tests {
    use super::evaluate;

    #[test]
    fn precedence_and_brackets_hold() {
        let variable = |name: &str| if name == "i" { "4" } else { "" }.to_owned();
        assert_eq!(evaluate("1 + 2*3", variable), 7);
        assert_eq!(evaluate("(1+2)*$i - -1", variable), 13);
        assert_eq!(evaluate("i%3 == 1", variable), 1);
        assert_eq!(evaluate("1/0", variable), 0);
        assert_eq!(evaluate("nonsense(", variable), 0);
    }
}
