export default function Orders() {
  return (
    <>
      <h1>Orders</h1>
      <p>You have no orders.</p>
    </>
  );
}
