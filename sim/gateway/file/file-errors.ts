/** What the file system said, as one line for people. */
export function explainFileError(path: string, doing: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT': return doing === 'read' ? `there is no file ${path}` : `cannot ${doing} ${path}: its folder does not exist`
    case 'EACCES':
    case 'EPERM': return `not permitted to ${doing} ${path}`
    case 'EISDIR': return `${path} is a folder`
    case 'ENOSPC': return `cannot ${doing} ${path}: the disk is full`
    case 'EFBIG': return `cannot ${doing} ${path}: it is larger than files may be here`
    default: return `cannot ${doing} ${path}: ${error.message}`
  }
}
