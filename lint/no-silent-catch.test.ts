import { RuleTester } from 'eslint';
import { describe, it } from 'vitest';
import rule from './no-silent-catch.js';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;

const silent = [{ messageId: 'silent' }];

new RuleTester().run('no-silent-catch', rule, {
  valid: [
    'try { a() } catch (error) { report(error, "a") }',
    'try { a() } catch ({ message }) { show(message) }',
    'try { a() } catch { throw new Error("b") }',
    'a().catch((error) => report(error, "a"))',
    'a().catch(reporting("a"))',
    'a().catch(function (error) { throw error })',
    'a().then(b, (error) => show(error))',
    'a().then(() => 1)',
  ],
  invalid: [
    { code: 'try { a() } catch {}', errors: silent },
    { code: 'try { a() } catch (error) { b() }', errors: silent },
    { code: 'try { a() } catch { if (b) { throw c } }', errors: silent },
    { code: 'a().catch(() => undefined)', errors: silent },
    { code: 'a().catch((error) => null)', errors: silent },
    { code: 'a().catch(function () {})', errors: silent },
    { code: 'a().then(b, () => null)', errors: silent },
  ],
});
