exports.stamp = (text) => `${text}, stamped`;
