//! What goes by e-mail because Slack doesn't accept it, and whether that counts as delivered.
//!
//! A message on the operations topic counts only while an e-mail subscription is confirmed. If
//! nothing is subscribed, the message isn't published, because SNS keeps nothing for those who
//! confirm later. If only something else is subscribed (a pager, a queue), or if the subscriptions
//! can't be listed, it is published once per version and acknowledges nothing. Publishing at every
//! attempt would send the same alert again and again to that pager and to anyone who confirms
//! meanwhile.

use rolewatch_live::port::Notice;
use rolewatch_live::recipients::{Audience, Recipients};
use rolewatch_live::wire::Alert;

use super::{Courier, Setback};
use crate::mail::alert_mail;
use crate::port::{DeliveryPorts, Pause, Vault};
use crate::retry::thrice;
use crate::slack::port::{Chatroom, Post};
use crate::slack::slot::OpenedSlot;
use crate::time::BETWEEN_MAILS;
use crate::told::DeliveryOutcome;

/// Whether a person receives an e-mail.
enum MailReaders {
    /// A confirmed e-mail subscription exists.
    Confirmed,
    /// No person is known to receive it, but something else may.
    Unconfirmed { others: bool, why: String },
}

impl<A: DeliveryPorts, S: Post + Vault + Chatroom + Pause> Courier<A, S> {
    /// Sends an alert by e-mail. `why` is the reason why Slack doesn't accept it.
    ///
    /// # Errors
    /// Returns an error if nobody is known to receive it, or the topic doesn't accept it.
    pub(super) async fn send_mail(
        &self,
        opened: &mut OpenedSlot,
        alert: &Alert,
        why: &str,
    ) -> Result<DeliveryOutcome, Setback> {
        match self.mail_readers().await {
            MailReaders::Confirmed => {
                tracing::error!(
                    finding = alert.id,
                    why,
                    "Slack didn't accept an alert; sending it by e-mail"
                );
                self.publish(alert_mail(&self.view, alert, why)).await?;
                Ok(DeliveryOutcome::Mailed)
            }
            MailReaders::Unconfirmed {
                others,
                why: nobody,
            } => {
                tracing::error!(
                    finding = alert.id,
                    why,
                    nobody,
                    "Slack didn't accept an alert, and nobody is known to receive e-mail"
                );
                if others && opened.slot.offered < alert.version {
                    self.publish(alert_mail(&self.view, alert, why)).await?;
                    opened.slot.offered = alert.version;
                }
                Err(Setback::no_reader(format!(
                    "Slack didn't accept it ({why}), and {nobody}"
                )))
            }
        }
    }

    /// Sends a message without further versions by e-mail, if somebody receives it.
    ///
    /// # Errors
    /// Returns an error if nobody is known to receive it, or the topic doesn't accept it.
    pub(super) async fn mail_to_a_person(&self, notice: Notice, why: &str) -> Result<(), Setback> {
        match self.mail_readers().await {
            MailReaders::Confirmed => self.publish(notice).await,
            MailReaders::Unconfirmed { why: nobody, .. } => Err(Setback::no_reader(format!(
                "Slack didn't accept it ({why}), and {nobody}"
            ))),
        }
    }

    async fn mail_readers(&self) -> MailReaders {
        match self.audience.current(&self.aws).await {
            Ok(Audience {
                recipients: Recipients::Confirmed,
                ..
            }) => MailReaders::Confirmed,
            Ok(Audience { recipients, others }) => {
                let why = match recipients {
                    Recipients::Pending => {
                        "the e-mail subscription of the operations topic is not confirmed"
                    }
                    Recipients::Nobody | Recipients::Confirmed => {
                        "the operations topic has no e-mail subscription"
                    }
                };
                MailReaders::Unconfirmed {
                    others,
                    why: why.to_owned(),
                }
            }
            Err(trouble) => MailReaders::Unconfirmed {
                others: true,
                why: format!("can't tell whether anybody receives e-mail: {trouble}"),
            },
        }
    }

    async fn publish(&self, notice: Notice) -> Result<(), Setback> {
        thrice(&self.slack, || self.aws.publish(notice.clone())).await?;
        self.slack.pause(BETWEEN_MAILS).await;
        Ok(())
    }
}
