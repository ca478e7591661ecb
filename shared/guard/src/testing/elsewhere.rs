//! The same story in another partition.

/// A partition, and its Regions in the place of those that the synthetic events have.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere {
    /// `aws-cn`, or one that nobody has heard of.
    pub partition: &'static str,
    /// What us-east-1 is there, where IAM's events are recorded.
    pub first: &'static str,
    /// What ap-northeast-1 is there.
    pub second: &'static str,
}

impl Elsewhere {
    /// China.
    pub const CHINA: Self = Self {
        partition: "aws-cn",
        first: "cn-north-1",
        second: "cn-northwest-1",
    };

    /// A partition of which nothing is known.
    pub const MADE_UP: Self = Self {
        partition: "aws-nova",
        first: "nova-vega-east-1",
        second: "nova-lyra-2",
    };

    /// A text of the first partition, as it would be there: ARNs and Regions.
    pub fn moved(&self, text: &str) -> String {
        let arns = text.replace("arn:aws:", &format!("arn:{}:", self.partition));
        arns.replace("us-east-1", self.first)
            .replace("ap-northeast-1", self.second)
    }

    /// Back again.
    pub fn moved_back(&self, text: &str) -> String {
        let regions = text
            .replace(self.first, "us-east-1")
            .replace(self.second, "ap-northeast-1");
        regions.replace(&format!("arn:{}:", self.partition), "arn:aws:")
    }
}
