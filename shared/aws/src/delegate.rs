//! All ports of a function in one, each through the member that has it.

/// Implements the named ports for a struct by its members: `tables`, `queue`, `topics`, `bucket`,
/// `directory`, and the clock of the machine.
macro_rules! delegate {
    ($whole:ty: $($port:ident),+) => {
        $(delegate!(@$port $whole);)+
    };
    (@Table $whole:ty) => {
        impl rolewatch_live::port::Table for $whole {
            async fn keep(
                &self,
                place: rolewatch_live::port::Place,
                row: rolewatch_live::port::Row,
                keep: rolewatch_live::port::Keep,
            ) -> Result<rolewatch_live::port::Kept, rolewatch_live::port::Trouble> {
                self.tables.keep(place, row, keep).await
            }

            async fn replace(&self, place: rolewatch_live::port::Place, row: rolewatch_live::port::Row, seen: u64) -> Result<bool, rolewatch_live::port::Trouble> {
                self.tables.replace(place, row, seen).await
            }

            async fn query(
                &self,
                place: rolewatch_live::port::Place,
                pk: &str,
                span: &rolewatch_live::port::Span,
            ) -> Result<Vec<rolewatch_live::port::Row>, rolewatch_live::port::Trouble> {
                self.tables.query(place, pk, span).await
            }

            async fn latest(
                &self,
                place: rolewatch_live::port::Place,
                pk: &str,
                span: &rolewatch_live::port::Span,
                most: usize,
            ) -> Result<Vec<rolewatch_live::port::Row>, rolewatch_live::port::Trouble> {
                self.tables.latest(place, pk, span, most).await
            }
        }
    };
    (@Queue $whole:ty) => {
        impl rolewatch_live::port::Queue for $whole {
            async fn send(&self, body: String, delay: u32) -> Result<(), rolewatch_live::port::Trouble> {
                self.queue.send(body, delay).await
            }

            async fn send_behind(&self, body: String, delay: u32) -> Result<(), rolewatch_live::port::Trouble> {
                self.queue.send_behind(body, delay).await
            }
        }
    };
    (@Topic $whole:ty) => {
        impl rolewatch_live::port::Topic for $whole {
            async fn publish(&self, notice: rolewatch_live::port::Notice) -> Result<(), rolewatch_live::port::Trouble> {
                self.topics.publish(notice).await
            }
        }
    };
    (@Subscribers $whole:ty) => {
        impl rolewatch_live::port::Subscribers for $whole {
            async fn subscribers(&self, token: Option<&str>) -> Result<rolewatch_live::port::SubscriptionPage, rolewatch_live::port::Trouble> {
                self.topics.subscribers(token).await
            }
        }
    };
    (@Bucket $whole:ty) => {
        impl rolewatch_live::port::Bucket for $whole {
            async fn get(&self, key: &str, known: Option<&str>) -> Result<rolewatch_live::port::Object, rolewatch_live::port::Trouble> {
                self.bucket.get(key, known).await
            }

            async fn list(&self, prefix: &str) -> Result<Vec<(String, String)>, rolewatch_live::port::Trouble> {
                self.bucket.list(prefix).await
            }

            async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), rolewatch_live::port::Trouble> {
                self.bucket.put(key, bytes).await
            }

            async fn delete(&self, key: &str) -> Result<(), rolewatch_live::port::Trouble> {
                self.bucket.delete(key).await
            }
        }
    };
    (@Directory $whole:ty) => {
        impl rolewatch_live::port::Directory for $whole {
            async fn groups_of(
                &self,
                account: rolewatch_guard::id::AccountId,
                user_name: &str,
            ) -> Result<rolewatch_live::port::GroupsNow, rolewatch_live::port::Trouble> {
                self.directory.groups_of(account, user_name).await
            }

            async fn details(
                &self,
                account: rolewatch_guard::id::AccountId,
            ) -> Result<rolewatch_guard::roster::Snapshot, rolewatch_live::port::Trouble> {
                self.directory.details(account).await
            }

            async fn setup(&self, account: rolewatch_guard::id::AccountId) -> Result<String, rolewatch_live::port::Trouble> {
                self.directory.setup(account).await
            }
        }
    };
    (@Clock $whole:ty) => {
        impl rolewatch_live::port::Clock for $whole {
            fn now(&self) -> rolewatch_guard::moment::Moment {
                super::clock::SystemClock.now()
            }
        }
    };
}

pub(super) use delegate;
