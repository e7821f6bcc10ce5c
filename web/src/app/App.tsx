import { TooltipProvider } from '@/ui/Tooltip'
import { HomeScreen } from '@/screens/HomeScreen'
import { NotFoundScreen } from '@/screens/NotFoundScreen'
import { RoomScreen } from '@/screens/RoomScreen'
import { parseRoute, useAddress } from './router'

export function App() {
  const { pathname, hash } = useAddress()
  const route = parseRoute(pathname, hash)
  return (
    <TooltipProvider delayDuration={400}>
      {route.page === 'home' && <HomeScreen />}
      {route.page === 'not_found' && <NotFoundScreen />}
      {route.page === 'room' && (
        // Another room or another link is another visit: start afresh.
        <RoomScreen key={`${route.room}#${route.secret}`} room={route.room} secret={route.secret} />
      )}
    </TooltipProvider>
  )
}
