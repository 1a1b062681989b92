exports.handler = async ({ name }) => `${process.env.GREETING}, ${name}, from beside ${process.env.QUEUE}`;
