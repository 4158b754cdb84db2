/** Static files, as any host serves them. Nothing of this is for loquat-chat. */
export default { output: 'export' };
