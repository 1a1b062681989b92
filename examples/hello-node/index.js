export const handler = async (event) => {
  const name = event.name || 'world';
  console.log(`greeting ${name}`);
  return { statusCode: 200, body: JSON.stringify({ message: `Hello, ${name}!` }) };
};
