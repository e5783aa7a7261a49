/**
 * The forms in which a server may reply; the lean client asks for one of them in the handshake.
 */
export type ReplyForm = 'simple' | 'structured' | 'extended';
