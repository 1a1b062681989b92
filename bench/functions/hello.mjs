// The same as an ES module: what its loader adds to a cold start.
export const handler = async (event) => ({ message: `hello, ${event.name}` });
