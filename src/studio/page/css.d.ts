/** The build joins the style sheets that the page's modules import. */
declare module '*.css';
