/** The place of the page on which people decide on the orders that were held back. */
import { Link } from "wouter";
import { Empty } from "../shell/states.tsx";
import "./page.css";

export default function Review() {
  return (
    <>
      <h1>Review</h1>
      <Empty title="Deciding on orders is not part of the console yet">
        <p>
          The orders that were held back are in <Link href="~/orders?outcome=held+back">Orders</Link>.
        </p>
      </Empty>
    </>
  );
}
