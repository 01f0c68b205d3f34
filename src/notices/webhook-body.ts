/** What a webhook says, in the form that its receiver wants. The same bytes whenever it is sent again. */
import type { Notice } from './notice.ts';
import { noticeText, type Audience } from './text.ts';
import { noticeTypeOf } from '../notice-types.ts';

export type Format = 'standard' | 'cloudevents';

export interface WebhookMessage {
  id: string;
  contentType: string;
  body: string;
}

export function webhookMessage(notice: Notice, format: Format, audience: Audience): WebhookMessage {
  const id = `evt_${notice.event}`;
  const type = noticeTypeOf(notice.type) ?? 'test';
  const timestamp = notice.at.toISOString();
  const data = dataOf(type, notice, audience);
  if (format === 'standard')
    return { id, contentType: 'application/json', body: JSON.stringify({ type, timestamp, data }) };
  const source = notice.customer === null ? '/' : `/customers/${notice.customer}`;
  const subject = notice.subject === '' ? {} : { subject: notice.subject };
  return {
    id,
    contentType: 'application/cloudevents+json',
    body: JSON.stringify({
      specversion: '1.0',
      id,
      source,
      type,
      time: timestamp,
      ...subject,
      datacontenttype: 'application/json',
      data,
    }),
  };
}

/** Numbers of customers are texts, as all ids: a client may not hold the largest of them. */
function dataOf(type: string, notice: Notice, audience: Audience): Record<string, unknown> {
  const { customer, subject, data } = notice;
  const about = subject === '' ? {} : { [nameOfSubject(type)]: subject };
  return {
    customer: customer === null ? null : String(customer),
    ...about,
    ...data,
    message: noticeText(notice, audience),
  };
}

function nameOfSubject(type: string): string {
  if (type.startsWith('file.') || type.startsWith('undo.') || type === 'sequence.gap') return 'file';
  if (type.startsWith('feed.')) return 'source';
  return type === 'report.written' ? 'report' : 'subject';
}
