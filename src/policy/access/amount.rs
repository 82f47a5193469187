//! Amounts as people write them: `512m`, `1.5`, `100`.

use crate::policy::facts::Limit;

/// Reads an amount: bytes with `k`, `m`, `g` or `t` behind them (powers of 1024, as the CLI has
/// them), CPUs with a fraction, or a number.
///
/// # Errors
/// What was expected.
pub(super) fn amount(limit: Limit, text: &str) -> Result<i64, String> {
    let read = match limit {
        Limit::Memory | Limit::Swap | Limit::Shm => bytes(text),
        Limit::Cpus => cpus(text),
        Limit::Pids => text.parse().ok(),
    };
    read.filter(|amount| *amount > 0).ok_or_else(|| {
        let example = match limit {
            Limit::Memory | Limit::Swap | Limit::Shm => "\"512m\"",
            Limit::Cpus => "1.5",
            Limit::Pids => "100",
        };
        format!("{text:?} is no amount, such as {example}")
    })
}

/// An amount as people read it.
pub(super) fn shown(limit: Limit, amount: i64) -> String {
    match limit {
        Limit::Memory | Limit::Swap | Limit::Shm => {
            let units = [("t", 40), ("g", 30), ("m", 20), ("k", 10)];
            let unit = units.into_iter().find(|(_, bits)| amount >= 1 << bits && amount % (1 << bits) == 0);
            unit.map_or_else(|| amount.to_string(), |(unit, bits)| format!("{}{unit}", amount >> bits))
        }
        Limit::Cpus => {
            let text = format!("{}.{:09}", amount / NANO, amount % NANO);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Limit::Pids => amount.to_string(),
    }
}

const NANO: i64 = 1_000_000_000;

fn bytes(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let lower = lower.trim_end_matches("ib").trim_end_matches('b');
    let units = [('k', 10), ('m', 20), ('g', 30), ('t', 40)];
    let (digits, bits) =
        units.into_iter().find_map(|(unit, bits)| Some((lower.strip_suffix(unit)?, bits))).unwrap_or((lower, 0));
    let number: i64 = digits.parse().ok()?;
    number.checked_mul(1 << bits)
}

fn cpus(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    if part.is_empty() || part.len() > 9 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: i64 = format!("{part:0<9}").parse().ok()?;
    whole.parse::<i64>().ok().filter(|whole| *whole >= 0)?.checked_mul(NANO)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_the_cli_reads_them_and_shown_as_people_write_them() {
        for (limit, text, expected, back) in [
            (Limit::Memory, "512m", 512 << 20, "512m"),
            (Limit::Memory, "2G", 2 << 30, "2g"),
            (Limit::Memory, "1gib", 1 << 30, "1g"),
            (Limit::Shm, "1024", 1024, "1k"),
            (Limit::Swap, "1025b", 1025, "1025"),
            (Limit::Cpus, "1.5", 1_500_000_000, "1.5"),
            (Limit::Cpus, "2", 2_000_000_000, "2"),
            (Limit::Cpus, "0.001", 1_000_000, "0.001"),
            (Limit::Pids, "100", 100, "100"),
        ] {
            assert_eq!(amount(limit, text), Ok(expected), "{text}");
            assert_eq!(shown(limit, expected), back, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for (limit, text) in [
            (Limit::Memory, "much"),
            (Limit::Memory, "-1"),
            (Limit::Memory, "0"),
            (Limit::Memory, "1.5g"),
            (Limit::Memory, "99999999999t"),
            (Limit::Cpus, "1.5.2"),
            (Limit::Cpus, "-1"),
            (Limit::Cpus, "1."),
            (Limit::Cpus, "0"),
            (Limit::Pids, "2k"),
        ] {
            assert!(amount(limit, text).is_err(), "{text}");
        }
    }
}
