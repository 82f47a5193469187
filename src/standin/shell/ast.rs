//! What a script is once it is parsed.

/// A command or a compound of commands.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Simple {
        assigns: Vec<(String, Word)>,
        args: Vec<Word>,
        redirects: Vec<Redirect>,
    },
    List(Vec<Self>),
    Pipe(Vec<Self>),
    /// Commands joined by `&&` and `||`. They are flat, so that a long chain is not a deep one.
    Chain(Box<Self>, Vec<(Joint, Self)>),
    Not(Box<Self>),
    Background(Box<Self>),
    Subshell(Box<Self>),
    Redirected(Box<Self>, Vec<Redirect>),
    /// The branches of an `if`, each with its condition, and what stands after `else`.
    If(Vec<(Self, Self)>, Option<Box<Self>>),
    While(Box<Self>, Box<Self>),
    For(String, Vec<Word>, Box<Self>),
}

/// How a command of a chain hangs on those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    And,
    Or,
}

/// A word before expansion.
pub(super) type Word = Vec<Part>;

/// A piece of a word.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) arg: Arg,
    /// Quoted pieces are not split at blanks.
    pub(super) quoted: bool,
}

impl Part {
    pub(super) fn quoted(arg: Arg) -> Self {
        Self { arg, quoted: true }
    }
}

/// What a piece of a word stands for.
#[derive(Debug, Clone)]
pub(super) enum Arg {
    Text(String),
    /// A variable, and what to take when it is unset or empty.
    Variable(String, Option<String>),
    /// The output of commands.
    Output(Box<Node>),
    Arithmetic(String),
}

/// A redirection of descriptor 0, 1 or 2.
#[derive(Debug, Clone)]
pub(super) struct Redirect {
    pub(super) descriptor: u8,
    pub(super) target: Target,
}

/// Where to.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// A file, and whether to write at its end.
    File(Word, bool),
    Stdout,
    Stderr,
}
