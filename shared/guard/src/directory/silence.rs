//! Where the logs are silent, and so a change or a sign-in may be missing.

use super::Directory;
use crate::moment::Moment;
use crate::roster::GAP;
use crate::text;
use crate::text::Text;

impl Directory<'_> {
    /// A silence of the logs in which a change of the directory between two moments may be
    /// missing. Changes can be made in either account, but only in the home Region.
    pub(super) fn directory_silence(&self, a: Moment, b: Moment) -> Option<Text> {
        let (from, to) = (a.min(b), a.max(b));
        let mut accounts = vec![self.settings.directory_account, self.settings.account];
        accounts.dedup();
        accounts.into_iter().find_map(|account| {
            let home = self.settings.home();
            self.asked_about_log(account, from, to);
            let (from, to) = self.world.heard.silence(account, home, (from, to), GAP)?;
            Some(text!(
                "the logs of account {account} in {home} have a gap from {from} to {to}, between \
                 the switch and the roster",
                account,
                home,
                from,
                to
            ))
        })
    }

    /// A silence of the logs in which a sign-in between two moments may be missing. People can
    /// sign in in every Region of Identity Center.
    pub(crate) fn sign_in_silence(&self, window: (Moment, Moment)) -> Option<Text> {
        let account = self.settings.account;
        let heard = &self.world.heard;
        self.settings.regions.iter().find_map(|region| {
            self.asked_about_sign_ins(region, window);
            // A silence that began before the window, or ended after it, is as long as it is.
            let Some(wider) = heard.wider(account, region, window) else {
                return Some(text!(
                    "there are no logs of account {account} in {region}, where people can sign in",
                    account,
                    region
                ));
            };
            let (from, to) = heard.silence(account, region, wider, GAP)?;
            Some(text!(
                "the logs of account {account} in {region}, where people can sign in, have a gap \
                 from {from} to {to}",
                account,
                region,
                from,
                to
            ))
        })
    }
}
