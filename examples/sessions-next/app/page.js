export default function Start() {
  return <h1>Acme</h1>;
}
