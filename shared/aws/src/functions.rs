//! What only the Lambda functions use. The command-line tool is built without it, because the SDK's
//! clients for these services take minutes to compile.
//!
//! | module | what it holds |
//! |---|---|
//! | `guard`, `auditor`, `archive`, `notifier` | all ports of one function, in one value |
//! | `queue`, `topic` | SQS and SNS |
//! | `reader_credentials` | credentials of the reader role in every account |
//! | `center` | Identity Center, in the account that administers it |
//! | `directory`, `setup`, `trail` | IAM and CloudTrail's event history of every account |
//! | `secrets` | Secrets Manager and Systems Manager |
//! | `time` | their time limits |

mod archive;
mod auditor;
mod center;
mod delegate;
mod directory;
mod guard;
mod notifier;
mod queue;
mod reader_credentials;
mod secrets;
mod setup;
mod time;
mod topic;
mod trail;

pub use archive::ArchiveAws;
pub use auditor::AuditorAws;
pub use center::CenterReader;
pub use directory::ReaderRoles;
pub use guard::GuardAws;
pub use notifier::NotifierAws;
pub use queue::EventQueue;
pub use reader_credentials::ReaderCredentials;
pub use secrets::Secrets;
pub use topic::Topics;
pub use trail::Histories;
