import type { Refusal, RefusalReason } from './gate';

/** Languages that the server's own pages and refusals exist in; those of the app have a catalogue of their own. */
export type Language = 'en' | 'zh-CN';

/** The one of our languages that an Accept-Language header likes best; English if it names none. */
export function languageOf(header: string | undefined): Language {
  const liked = (header ?? '')
    .split(',')
    .map((entry) => {
      const [tag = '', ...rest] = entry.split(';').map((part) => part.trim());
      const quality = rest.find((part) => part.startsWith('q='))?.slice(2) ?? '1';
      return { tag, quality: Number(quality) || 0 };
    })
    .filter(({ tag, quality }) => quality > 0 && /^(?:en|zh)(?:-|$)/i.test(tag))
    .sort((one, other) => other.quality - one.quality);
  return /^zh/i.test(liked[0]?.tag ?? '') ? 'zh-CN' : 'en';
}

const CHINESE: Readonly<Record<RefusalReason, string>> = {
  bad_target: '这个地址的格式不正确。',
  bad_host: '请求没有说明要访问哪台主机。',
  host_not_allowed:
    'Darkroom 不应答这个名称或端口。请用 Darkroom 启动时显示的地址打开。如果这个名称是您的，启动 Darkroom 时请加上 --allow-host 和该名称；如果由容器或隧道转发端口，请加上 --published-port 和外部端口。',
  bad_origin: '没有自己来源的页面不能使用 Darkroom。',
  foreign_origin: '其他网站的页面不能使用 Darkroom。',
  not_the_owner:
    'Darkroom 只在它所运行的电脑上应答。如果那台电脑上有代理，启动 Darkroom 时请加上 --behind-proxy 和代理的地址。',
  cross_site: '这个请求来自另一个网站。请在地址栏中输入 Darkroom 的地址。',
  unknown_route: '这个地址没有内容。',
  unknown_method: '这个地址不能这样使用。',
  not_allowed: '只有这个 Darkroom 的主人可以这样做，而且要在运行它的电脑上。',
  not_paired: '请打开您收到的链接，或请主人配对这台设备。',
  no_link: '没有这个链接。',
  link_over: '这个链接已经结束。',
  too_many_requests: '请求过多，请稍后再试。',
  unavailable: 'Darkroom 暂时无法读取数据库，请稍后再试。',
};

/** The sentence for whoever sees a refusal in a browser. */
export function sayRefusal({ reason, message }: Refusal, language: Language): string {
  return language === 'zh-CN' ? CHINESE[reason] : message;
}
