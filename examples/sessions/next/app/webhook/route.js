import { WebhookVerificationError } from "scalekit-client";

import { auth, client } from "../../lib/auth";

export async function POST(request) {
  const body = await request.text();
  try {
    client.verifyWebhookPayload(process.env.WEBHOOK_SECRET ?? "", request.headers, body);
  } catch (error) {
    if (error instanceof WebhookVerificationError) {
      return new Response(error.message, { status: 400 });
    }
    throw error;
  }
  await auth.handleEvent(JSON.parse(body));
  return new Response(null, { status: 204 });
}
