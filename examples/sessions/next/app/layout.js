import "./style.css";

export const metadata = {
  title: { template: "%s · Acme", default: "Acme" },
  icons: { icon: "data:," },
};

export default function RootLayout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
