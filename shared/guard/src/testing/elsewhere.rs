//! The same story in another partition.

/// A partition, and its Regions that replace those of the synthetic events.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere {
    /// `aws-cn`, or one that doesn't exist.
    pub partition: &'static str,
    /// The Region that replaces us-east-1, where IAM events are recorded.
    pub first: &'static str,
    /// The Region that replaces ap-northeast-1.
    pub second: &'static str,
}

impl Elsewhere {
    /// China.
    pub const CHINA: Self = Self {
        partition: "aws-cn",
        first: "cn-north-1",
        second: "cn-northwest-1",
    };

    /// A partition that the engine doesn't know.
    pub const MADE_UP: Self = Self {
        partition: "aws-nova",
        first: "nova-vega-east-1",
        second: "nova-lyra-2",
    };

    /// Converts a text of the first partition to this one: ARNs and Regions.
    pub fn moved_text(&self, text: &str) -> String {
        let arns = text.replace("arn:aws:", &format!("arn:{}:", self.partition));
        arns.replace("us-east-1", self.first)
            .replace("ap-northeast-1", self.second)
    }

    /// Converts it back.
    pub fn moved_back(&self, text: &str) -> String {
        let regions = text
            .replace(self.first, "us-east-1")
            .replace(self.second, "ap-northeast-1");
        regions.replace(&format!("arn:{}:", self.partition), "arn:aws:")
    }
}
