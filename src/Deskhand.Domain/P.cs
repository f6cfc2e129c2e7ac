namespace Deskhand; public static class Placeholder {}
