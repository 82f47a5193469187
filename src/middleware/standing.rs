//! What the access policy makes of a connection's peer: worked out once for a policy, and anew
//! when a reload has put another one in its place.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use crate::identity::Identity;
use crate::policy::{Caller, Policy};

/// The peer as the access policy in force knows it.
#[derive(Debug, Default)]
pub(super) struct Standing(RefCell<Option<Remembered>>);

/// Of a policy that is gone no more than its place is kept, so that no other one can be there.
type Remembered = (Weak<Policy>, Arc<Caller>);

impl Standing {
    /// What this policy makes of the peer; `None` without an access policy.
    pub(super) fn under(&self, policy: &Arc<Policy>, peer: &Identity) -> Option<Arc<Caller>> {
        let access = policy.access.as_ref()?;
        let mut remembered = self.0.borrow_mut();
        let same = remembered.as_ref().filter(|(of, _)| std::ptr::eq(of.as_ptr(), Arc::as_ptr(policy)));
        if let Some((_, caller)) = same {
            return Some(caller.clone());
        }
        let caller = Arc::new(access.caller(peer));
        *remembered = Some((Arc::downgrade(policy), caller.clone()));
        Some(caller)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::policy::access::load::from_text;
    use crate::policy::load;

    fn policy(role: &str) -> Arc<Policy> {
        let text = format!(
            "name = \"t\"\n[[identity]]\nanyone_else = true\nrole = \"{role}\"\n\
             [[allow]]\nname = \"a\"\nrole = \"{role}\"\ngroups = [\"read\"]\n"
        );
        let access = Some(from_text("t.toml", &text, None).unwrap());
        Arc::new(Policy { profile: load::profile("engine", None).unwrap(), access })
    }

    #[test]
    fn roles_are_worked_out_once_and_anew_under_another_policy() {
        let (standing, nobody) = (Standing::default(), Identity::nobody());
        let (first, second) = (policy("one"), policy("two"));
        let caller = standing.under(&first, &nobody).unwrap();
        assert_eq!(*caller.role_names, ["one".to_owned()]);
        assert!(Arc::ptr_eq(&caller, &standing.under(&first, &nobody).unwrap()));
        assert_eq!(*standing.under(&second, &nobody).unwrap().role_names, ["two".to_owned()]);
        assert_eq!(*standing.under(&first, &nobody).unwrap().role_names, ["one".to_owned()]);
        let gone = Arc::downgrade(&second);
        drop(second);
        assert!(gone.upgrade().is_none(), "an old policy is not kept by who was judged by it");
        assert!(standing.under(&Arc::new(load::policy("engine", None, None).unwrap()), &nobody).is_none());
    }
}
