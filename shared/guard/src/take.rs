//! Rosters as `rolewatch roster take` writes them: what two successive readings agree on.
//!
//! INVARIANT (as of its time): what a roster says was true in the exact second that its name tells.
//!
//! A reading takes many calls, and people join and leave while it lasts. With one reading, no time
//! would be right. Dated at its beginning, a roster would show somebody who joined during the
//! reading as a member from before: the audit would take the addition for a repeated one, and a
//! switch from before it for a member's. Dated at its end, a roster would list somebody who left
//! during the reading, so that a later addition wouldn't count as the beginning (RW010).
//!
//! So users and groups are read twice, and the time lies in between. What both readings say was
//! true from the end of the first to the beginning of the second. About anyone who changed
//! meanwhile, the roster says nothing, and the logs or another roster decide. A change in the
//! roster's own second does no harm on either side, because a roster only counts as earlier or
//! later than a change in another second.

mod account;
mod center;
mod people;

pub use account::AccountReading;
pub use center::{
    CenterInstance, InstanceChoiceError, StoreAssignment, StoreGrants, StoreGroup, StoreMember,
    StoreMembership, StorePermissionSet, StoreReading, StoreUser, choose_instance,
};
pub use people::{PeopleChanges, PeopleReading};
