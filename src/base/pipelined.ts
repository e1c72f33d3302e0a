/**
 * Results of tasks in the order of what they are made of, one task ahead: the next is begun before a result is waited for, so that it is
 * under way while the result is used. No more than two are under way.
 * @throws what reading an item or a task throws, in its turn; the task ahead is then left alone
 */
export async function* pipelined<T, R>(items: Iterable<T> | AsyncIterable<T>, begin: (item: T) => Promise<R>): AsyncGenerator<R, void, undefined> {
  let ahead: Promise<R> | undefined;
  for await (const item of items) {
    const own = begin(item);
    own.catch(() => undefined); // it is awaited in its turn
    if (ahead) yield await ahead;
    ahead = own;
  }
  if (ahead) yield await ahead;
}
