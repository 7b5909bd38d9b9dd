/** What is wrong with a file, as a SuiteError: a person mends it, whoever found it. */
import { DataFileError } from '../json-lines.ts';
import { TableError } from '../tables/row.ts';
import { SuiteError } from './suite-error.ts';

export async function asSuiteErrors<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TableError || error instanceof DataFileError) {
      throw new SuiteError(error.message, { cause: error });
    }
    throw error;
  }
}
