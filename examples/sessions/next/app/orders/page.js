import { Page } from "../../lib/page";

export const metadata = { title: "Orders" };

export default function Orders() {
  return <Page title="Orders" text="You have no orders." />;
}
